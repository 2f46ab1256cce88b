namespace Divvy.Cli.Journals;

/// <summary>Who holds which shard now, by the journals read so far. Not thread-safe.</summary>
internal sealed class HoldBoard
{
    private readonly Dictionary<string, JournalEntry> holders = new(StringComparer.Ordinal);

    /// <summary>The entries that began the present holds, by shard.</summary>
    public IReadOnlyDictionary<string, JournalEntry> Holders => holders;

    /// <summary>How many shards each of these instances holds; shards of others are not counted.</summary>
    public IReadOnlyDictionary<string, int> Counts(IEnumerable<string> instances)
    {
        var counts = instances.ToDictionary(instance => instance, _ => 0, StringComparer.Ordinal);
        foreach (var holder in holders.Values)
        {
            if (counts.TryGetValue(holder.Instance, out var count))
                counts[holder.Instance] = count + 1;
        }
        return counts;
    }

    /// <summary>Takes entries over. Journals come in any order: a later generation is not undone by an earlier one.
    /// </summary>
    public void Apply(IEnumerable<JournalEntry> entries)
    {
        foreach (var entry in entries)
        {
            var holder = holders.GetValueOrDefault(entry.Shard);
            if (entry.Event == JournalEvent.Activated)
            {
                if (holder is null || entry.Generation >= holder.Generation)
                    holders[entry.Shard] = entry;
            }
            else if (entry.Event != JournalEvent.Prepared
                && holder is not null
                && holder.Instance == entry.Instance
                && holder.Session == entry.Session
                && holder.Generation <= entry.Generation)
            {
                holders.Remove(entry.Shard);
            }
        }
    }

    /// <summary>The instance is dead: it holds nothing.</summary>
    public void Bury(string instance)
    {
        foreach (var (shard, _) in holders.Where(holder => holder.Value.Instance == instance).ToList())
            holders.Remove(shard);
    }
}
