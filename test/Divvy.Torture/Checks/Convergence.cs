using Divvy.Torture.Members;

namespace Divvy.Torture.Checks;

/// <summary>All members get to the same revision with the same content, and none ever goes back.</summary>
public sealed class Convergence(Cluster cluster)
{
    private static readonly TimeSpan catchUpLimit = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, long> lastSeen = new(StringComparer.Ordinal);

    /// <summary>Waits until everybody has what a linearizable read at anybody shows, and returns that revision.</summary>
    public async Task<long> WaitAsync(long promised)
    {
        var highest = 0L;
        foreach (var member in cluster.Members)
        {
            var read = await member.Client.GetAsync(Client.Etcd.EtcdRange.Key("health"));
            if (read.Revision < promised)
                throw new TortureViolation($"{member.Name} answers a linearizable read at revision {read.Revision};"
                    + $" revision {promised} was seen before");
            highest = Math.Max(highest, read.Revision);
        }

        foreach (var member in cluster.Members)
            await WaitForAsync(member, highest);
        return highest;
    }

    /// <summary>The hash of all keys and their history at one revision, equal at all members.</summary>
    public async Task<uint> HashAsync(long revision)
    {
        using var limit = new CancellationTokenSource(catchUpLimit);
        while (true)
        {
            var hashes = new List<(string Name, uint Hash, long Compacted)>();
            foreach (var member in cluster.Members)
            {
                var answer = await member.HashAsync(revision);
                hashes.Add((member.Name, answer.Hash, answer.CompactRevision));
            }

            if (hashes.TrueForAll(hash => hash.Hash == hashes[0].Hash && hash.Compacted == hashes[0].Compacted))
                return hashes[0].Hash;

            // Members may be apart in a compaction that one of them has still to apply.
            if (hashes.TrueForAll(hash => hash.Compacted == hashes[0].Compacted) || limit.IsCancellationRequested)
            {
                throw new TortureViolation($"members differ at revision {revision}: " + string.Join(
                    ", ", hashes.Select(hash => $"{hash.Name} has {hash.Hash:x8}, compacted at {hash.Compacted}")));
            }

            await Task.Delay(10);
        }
    }

    private async Task WaitForAsync(Member member, long revision)
    {
        using var limit = new CancellationTokenSource(catchUpLimit);
        while (true)
        {
            var status = await member.Client.StatusAsync();
            if (status.Revision < lastSeen.GetValueOrDefault(member.Name))
            {
                throw new TortureViolation($"the revision of {member.Name} went back from"
                    + $" {lastSeen[member.Name]} to {status.Revision}");
            }

            // What a member has applied but not made durable may be applied anew after a kill, so only what it must have
            // is remembered.
            if (status.Revision >= revision)
            {
                lastSeen[member.Name] = revision;
                return;
            }

            if (limit.IsCancellationRequested)
                throw new TortureViolation($"{member.Name} stays at revision {status.Revision}, others are at {revision}");
            await Task.Delay(5);
        }
    }
}
