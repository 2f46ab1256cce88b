namespace Divvy.Store.Disk;

/// <summary>A disk in memory: the volatile twin of <see cref="PhysicalDisk"/>, which loses at a crash what was not
/// made durable.
/// Each file is kept twice, as written and as flushed; a crash keeps any subset of the unflushed sectors, and any of
/// the unsynchronised
/// names, by the caller's choice. It can fail on demand.</summary>
public sealed class MemoryDisk : IDisk
{
    /// <summary>The unit that a crash keeps or loses whole.</summary>
    public const int SectorSize = 512;

    private SortedDictionary<string, Content> names = new(StringComparer.Ordinal);
    private SortedDictionary<string, Content> durableNames = new(StringComparer.Ordinal);

    public string Place => "memory";

    /// <summary>Asked before each flush; a message makes it fail.</summary>
    public Func<string, string?> FailFlush { get; set; } = static _ => null;

    /// <summary>Asked before each write; a message makes it fail.</summary>
    public Func<string, string?> FailWrite { get; set; } = static _ => null;

    public IReadOnlyList<string> List() => [.. names.Keys];

    public IDiskFile Open(string name) => new OpenFile(this, name, Find(name));

    public Stream OpenRead(string name) => new MemoryStream(Find(name).Written, writable: false);

    public IDiskFile Create(string name, long size)
    {
        var content = new Content { Written = new byte[size], Durable = new byte[size] };
        names[name] = content;
        return new OpenFile(this, name, content);
    }

    public void Rename(string from, string to)
    {
        names[to] = Find(from);
        names.Remove(from);
    }

    public void Delete(string name) => names.Remove(name);

    public void SyncFolder() => durableNames = new(names, StringComparer.Ordinal);

    /// <summary>Loses what was not made durable. <paramref name="keep"/> is asked for each sector that differs and
    /// for each name that
    /// came or went; files open before must not be used again.</summary>
    public void Crash(Func<bool> keep)
    {
        var after = new SortedDictionary<string, Content>(StringComparer.Ordinal);
        foreach (var name in names.Keys.Union(durableNames.Keys).Order(StringComparer.Ordinal))
        {
            var isNow = names.GetValueOrDefault(name);
            var wasThen = durableNames.GetValueOrDefault(name);
            if ((isNow == wasThen || keep() ? isNow : wasThen) is { } content)
                after[name] = content.AfterCrash(keep);
        }

        names = after;
        durableNames = new(after, StringComparer.Ordinal);
    }

    /// <summary>The bytes of a file, for tests that damage them.</summary>
    public byte[] Bytes(string name) => Find(name).Written;

    public void Dispose()
    {
    }

    private Content Find(string name) =>
        names.GetValueOrDefault(name) ?? throw new DiskException($"cannot open {name}: there is no such file");

    private sealed class Content
    {
        public required byte[] Written { get; set; }

        public required byte[] Durable { get; set; }

        public Content AfterCrash(Func<bool> keep)
        {
            var result = new byte[Written.Length == Durable.Length || keep() ? Written.Length : Durable.Length];
            for (var at = 0; at < result.Length; at += SectorSize)
            {
                var length = Math.Min(SectorSize, result.Length - at);
                var written = Part(Written, at, length);
                var durable = Part(Durable, at, length);
                (written.SequenceEqual(durable) || keep() ? written : durable).CopyTo(result.AsSpan(at));
            }

            return new Content { Written = result, Durable = [.. result] };
        }

        private static ReadOnlySpan<byte> Part(byte[] bytes, int at, int length)
        {
            if (at + length <= bytes.Length)
                return bytes.AsSpan(at, length);
            var padded = new byte[length];
            if (at < bytes.Length)
                bytes.AsSpan(at).CopyTo(padded);
            return padded;
        }
    }

    private sealed class OpenFile(MemoryDisk disk, string name, Content content) : IDiskFile
    {
        public string Name => name;

        public long Length => content.Written.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            var count = (int)Math.Clamp(content.Written.Length - offset, 0, buffer.Length);
            content.Written.AsSpan((int)Math.Min(offset, content.Written.Length), count).CopyTo(buffer);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            if (disk.FailWrite(name) is { } reason)
                throw new DiskException($"cannot write {data.Length} bytes at {offset} of {name}: {reason}");
            if (offset + data.Length > content.Written.Length)
                SetLength(offset + data.Length);
            data.CopyTo(content.Written.AsSpan((int)offset));
        }

        public void SetLength(long length)
        {
            var resized = new byte[length];
            content.Written.AsSpan(0, (int)Math.Min(length, content.Written.Length)).CopyTo(resized);
            content.Written = resized;
        }

        public void Flush()
        {
            if (disk.FailFlush(name) is { } reason)
                throw new DiskException($"cannot synchronise {name}: {reason}");
            content.Durable = [.. content.Written];
        }

        public void Dispose()
        {
        }
    }
}
