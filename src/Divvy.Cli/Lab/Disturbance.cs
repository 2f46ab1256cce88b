using Divvy.Cli.Journals;

namespace Divvy.Cli.Lab;

/// <summary>What was true when a scenario began to disturb, to measure what came of it.</summary>
/// <param name="StartNs">When.</param>
/// <param name="Holders">Who held which shard.</param>
internal sealed record Disturbance(long StartNs, IReadOnlyDictionary<string, string> Holders)
{
    /// <summary>How many shards each instance held.</summary>
    public IReadOnlyDictionary<string, int> Counts =>
        Holders.Values.GroupBy(instance => instance, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

    public IReadOnlyList<string> ShardsOf(string instance) =>
        [.. Holders.Where(holder => holder.Value == instance).Select(holder => holder.Key)];

    /// <summary>Every change of holder since, in the order of the activations.</summary>
    public IReadOnlyList<OwnershipChange> Changes(IEnumerable<JournalEntry> entries)
    {
        var holders = new Dictionary<string, string>(Holders, StringComparer.Ordinal);
        var changes = new List<OwnershipChange>();
        var activations = entries
            .Where(entry => entry.UnixNs >= StartNs && entry.Event == JournalEvent.Activated)
            .OrderBy(entry => entry.UnixNs).ThenBy(entry => entry.Generation);
        foreach (var entry in activations)
        {
            var from = holders.GetValueOrDefault(entry.Shard);
            if (from == entry.Instance)
                continue;
            changes.Add(new OwnershipChange(entry.Shard, from, entry.Instance, entry.UnixNs));
            holders[entry.Shard] = entry.Instance;
        }
        return changes;
    }

    public TimeSpan Since(long unixNs) => TimeSpan.FromTicks((unixNs - StartNs) / 100);
}
