namespace Divvy.Core.Streams;

/// <summary>
/// Which leases are missing, given the shards of a stream and the leases there are.
/// <para>A shard is processed after its parents, so only the earliest generation that is not processed gets leases; its
/// children get theirs when it is finished. A shard needs none when one of its descendants has one: the application
/// began behind it, or finished it and removed its lease. A parent that neither has a lease nor is listed is gone, and
/// does not hold its children up; of a merged shard both parents have to be finished or gone.</para>
/// <para>When parents need not come first, all shards get leases at once, but for those behind which the application
/// began.</para>
/// <para>To call it again with what it made changes nothing, and a lease too many cannot come of an old listing: rows
/// are created only where none is.</para>
/// </summary>
public sealed class ShardSync
{
    private readonly Dictionary<string, StreamShard> shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StreamLease> leases = new(StringComparer.Ordinal);
    private readonly HashSet<string> covered = new(StringComparer.Ordinal);

    private ShardSync(IEnumerable<StreamShard> shards, IEnumerable<StreamLease> leases)
    {
        foreach (var shard in shards)
            this.shards[shard.Id] = shard;
        foreach (var lease in leases)
            this.leases[StreamIdentity.ShardOf(lease.Key)] = lease;
        foreach (var (shard, lease) in this.leases)
        {
            CoverAncestors(this.shards.TryGetValue(shard, out var listed)
                ? listed.Parents
                : lease.Parents.Select(StreamIdentity.ShardOf));
        }
    }

    /// <summary>The leases to create.</summary>
    /// <param name="listed">All shards the stream has, closed ones too.</param>
    /// <param name="leases">The leases of this stream, finished ones too.</param>
    /// <param name="parentsFirst">Whether shards wait for their parents.</param>
    /// <param name="initial">Where an application that has no lease yet begins: <see cref="Checkpoint.TrimHorizon"/>,
    /// <see cref="Checkpoint.Latest"/> or <see cref="Checkpoint.AtTimestamp"/>.</param>
    /// <param name="keyOf">The lease key of a shard.</param>
    public static IReadOnlyList<StreamLease> Missing(
        IReadOnlyList<StreamShard> listed,
        IReadOnlyList<StreamLease> leases,
        bool parentsFirst,
        Checkpoint initial,
        Func<string, string> keyOf)
    {
        var sync = new ShardSync(listed, leases);
        var begins = leases.All(lease => lease.Checkpoint == initial);
        var missing = new List<StreamLease>();
        foreach (var shard in listed.OrderBy(static shard => shard.Id, StringComparer.Ordinal))
        {
            if (sync.leases.ContainsKey(shard.Id) || sync.covered.Contains(shard.Id))
                continue;
            if (begins && initial == Checkpoint.Latest ? !shard.IsClosed : !parentsFirst || sync.IsReady(shard))
                missing.Add(LeaseOf(shard, begins ? initial : Checkpoint.TrimHorizon, keyOf));
        }

        return missing;
    }

    /// <summary>The lease of a shard that nobody has begun to process.</summary>
    public static StreamLease LeaseOf(StreamShard shard, Checkpoint checkpoint, Func<string, string> keyOf) =>
        new(keyOf(shard.Id))
        {
            Checkpoint = checkpoint,
            Parents = [.. shard.Parents.Select(keyOf)],
            HashKeys = shard.HashKeys,
        };

    private bool IsReady(StreamShard shard)
    {
        foreach (var parent in shard.Parents)
        {
            var isOver = leases.TryGetValue(parent, out var lease)
                ? lease.IsFinished
                : !shards.ContainsKey(parent) || covered.Contains(parent);
            if (!isOver)
                return false;
        }

        return true;
    }

    private void CoverAncestors(IEnumerable<string> parents)
    {
        foreach (var parent in parents)
        {
            if (covered.Add(parent) && shards.TryGetValue(parent, out var shard))
                CoverAncestors(shard.Parents);
        }
    }
}
