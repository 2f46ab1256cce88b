using Divvy.Cli.Streams.Consuming;

namespace Divvy.Cli.Streams.Lab;

/// <summary>Follows the batches of one worker by the journals: which of them it is in the middle of, and whether what
/// it processed without being able to keep it was processed by others as well. Pure.</summary>
/// <param name="worker">Who is followed, from its beginning on. It checkpoints after every batch.</param>
internal sealed class LateBatches(string worker)
{
    private readonly Dictionary<string, List<(string Run, string Key, long Number)>> begun = [];
    private readonly HashSet<(string Run, string Key, long Number)> unkept = [];
    private readonly HashSet<(string Run, string Key, long Number)> elsewhere = [];

    /// <summary>Shards with records that are processed and not checkpointed.</summary>
    public IReadOnlyList<string> InTheMiddle => [.. begun.Keys];

    /// <summary>Records of batches that were not kept: their checkpoint was refused, or the shard was lost.</summary>
    public int Unkept => unkept.Count;

    /// <summary>Those that nobody else has processed: they would be lost if the worker's own work were undone.
    /// </summary>
    public int Missing => unkept.Count(record => !elsewhere.Contains(record));

    /// <summary>Takes an entry; those of one worker come in order.</summary>
    public void Take(ConsumeEntry entry)
    {
        var record = (entry.Run, entry.Key, entry.Number);
        if (entry.Worker != worker)
        {
            if (entry.Event == ConsumeEvent.Record)
                elsewhere.Add(record);
            return;
        }
        switch (entry.Event)
        {
            case ConsumeEvent.Record when begun.TryGetValue(entry.Shard, out var batch):
                batch.Add(record);
                break;
            case ConsumeEvent.Record:
                begun[entry.Shard] = [record];
                break;
            case ConsumeEvent.Refused or ConsumeEvent.Lost when begun.Remove(entry.Shard, out var batch):
                unkept.UnionWith(batch);
                break;
            case ConsumeEvent.Checkpointed or ConsumeEvent.Gave or ConsumeEvent.Ended:
                begun.Remove(entry.Shard);
                break;
        }
    }
}
