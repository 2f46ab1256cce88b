namespace Divvy.Cli.Streams.Consuming;

/// <summary>Judges what consumers wrote into their journals against what a producer wrote: what is lost, what came
/// twice, where a key's order was broken. Pure.</summary>
internal sealed class ConsumptionAudit
{
    private readonly Dictionary<(string Run, string Key), KeyHistory> keys = [];

    /// <summary>Records, repeated ones included.</summary>
    public long Deliveries { get; private set; }

    /// <summary>Deliveries of records that had been delivered before: at least once allows them after a failure.
    /// </summary>
    public long Duplicates { get; private set; }

    /// <summary>Records that came for the first time behind a later one of their key.</summary>
    public long OrderBreaks { get; private set; }

    /// <summary>Takes an entry; entries of all journals in the order of their times.</summary>
    public void Take(ConsumeEntry entry)
    {
        if (entry.Event != ConsumeEvent.Record)
            return;
        Deliveries++;
        if (!keys.TryGetValue((entry.Run, entry.Key), out var history))
            keys[(entry.Run, entry.Key)] = history = new();
        if (!history.Seen.Add(entry.Number))
            Duplicates++;
        else if (entry.Number < history.Highest)
            OrderBreaks++;
        history.Highest = Math.Max(history.Highest, entry.Number);
    }

    /// <summary>How many of a run's records were never delivered.</summary>
    /// <param name="run">Of the producer.</param>
    /// <param name="produced">Records it wrote, dealt to its keys in turn.</param>
    public long Lost(string run, long produced) =>
        produced - keys.Where(key => key.Key.Run == run).Sum(key => (long)key.Value.Seen.Count);

    private sealed class KeyHistory
    {
        public HashSet<long> Seen { get; } = [];

        public long Highest { get; set; } = -1;
    }
}
