using Divvy.Simulation.World;

namespace Divvy.Simulation.Disks;

/// <summary>The content of one file: as written, and, for each sector that differs from it, as it is on the
/// platter.</summary>
internal sealed class PlatterFile
{
    /// <summary>The unit that a crash keeps or loses whole.</summary>
    public const int SectorSize = 512;

    private readonly SortedDictionary<int, byte[]> old = [];
    private readonly SortedSet<int> dropped = [];

    /// <summary>Sectors that were synced, to be filled again.</summary>
    private readonly Stack<byte[]> spare = new();

    private byte[] written;
    private long durableLength;

    public PlatterFile(long size)
    {
        written = new byte[size];
        Length = durableLength = size;
    }

    public long Length { get; private set; }

    /// <summary>Behind this place it is all zeros.</summary>
    public long Used => written.AsSpan(0, (int)Length).LastIndexOfAnyExcept((byte)0) + 1;

    /// <summary>Sectors that a crash may lose.</summary>
    public int UnsyncedSectors => old.Count;

    public int Read(long offset, Span<byte> buffer)
    {
        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        if (count > 0)
            written.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public byte[] ToArray() => written.AsSpan(0, (int)Length).ToArray();

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        if (offset + data.Length > Length)
            SetLength(offset + data.Length);
        for (var sector = (int)(offset / SectorSize); sector * (long)SectorSize < offset + data.Length; sector++)
            Remember(sector);
        data.CopyTo(written.AsSpan((int)offset));
    }

    public void SetLength(long length)
    {
        if (length > written.Length)
            Array.Resize(ref written, (int)Math.Max(length, written.Length * 2L));
        if (length < Length)
        {
            for (var sector = (int)(length / SectorSize); sector * (long)SectorSize < Length; sector++)
                Remember(sector);
            written.AsSpan((int)length, (int)(Length - length)).Clear();
        }

        Length = length;
    }

    /// <summary>Everything is on the platter, but for what an earlier failure has dropped.</summary>
    public void Sync()
    {
        foreach (var (sector, content) in old)
        {
            if (!dropped.Contains(sector))
                spare.Push(content);
        }

        if (dropped.Count == 0)
        {
            old.Clear();
        }
        else
        {
            foreach (var sector in old.Keys.Where(sector => !dropped.Contains(sector)).ToList())
                old.Remove(sector);
        }

        durableLength = Length;
    }

    /// <summary>The system could not write, says so once, and takes what it could not write for clean.</summary>
    public void FailSync() => dropped.UnionWith(old.Keys);

    /// <summary>Loses what is not on the platter: any of the sectors, and the new length, may have made it.</summary>
    public void Crash(SimRandom random)
    {
        var keepsLength = Length == durableLength || random.Chance(0.5);
        var chance = random.Pick([0.0, 0.1, 0.5, 0.9, 1.0]);
        foreach (var (sector, content) in old)
        {
            if (!dropped.Contains(sector) && random.Chance(chance))
                continue;
            var at = sector * SectorSize;
            if (at < written.Length)
                content.AsSpan(0, Math.Min(SectorSize, written.Length - at)).CopyTo(written.AsSpan(at));
        }

        old.Clear();
        dropped.Clear();
        if (!keepsLength && durableLength > written.Length)
            Array.Resize(ref written, (int)durableLength);
        Length = durableLength = keepsLength ? Length : durableLength;
        written.AsSpan((int)Length).Clear();
    }

    /// <summary>Turns one bit round, on the platter too.</summary>
    public void Flip(long bit)
    {
        written[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        if (old.TryGetValue((int)(bit / 8 / SectorSize), out var content))
            content[bit / 8 % SectorSize] ^= (byte)(1 << (int)(bit % 8));
    }

    private void Remember(int sector)
    {
        if (old.ContainsKey(sector))
        {
            // A sector that is written again is dirty again: the system will try to write it.
            dropped.Remove(sector);
            return;
        }

        if (!spare.TryPop(out var content))
            content = new byte[SectorSize];
        var at = sector * SectorSize;
        var count = Math.Clamp(written.Length - at, 0, SectorSize);
        if (count > 0)
            written.AsSpan(at, count).CopyTo(content);
        content.AsSpan(count).Clear();
        old.Add(sector, content);
    }
}
