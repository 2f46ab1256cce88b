using Divvy.Cli.Streams.Production;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams.Consuming;

/// <summary>What the processors of one worker share: the count of records, and the journal if there is one.
/// Thread-safe.</summary>
internal sealed class ConsumeTally(string worker, ConsumeJournal? journal)
{
    private long records;

    public long Records => Interlocked.Read(ref records);

    public void Note(ConsumeEvent happened, string shard) =>
        journal?.Append([new(ConsumeJournal.NowMs, worker, happened, shard)]);

    public void Process(string shard, IReadOnlyList<StreamRecord> batch)
    {
        Interlocked.Add(ref records, batch.Count);
        if (journal is null)
            return;
        var now = ConsumeJournal.NowMs;
        journal.Append(
            from record in batch
            let produced = ProducedEvent.TryRead(record.Data.Span)
            where produced is not null
            select new ConsumeEntry(
                now, worker, ConsumeEvent.Record, shard, produced.Metadata.Run, produced.Metadata.Key,
                produced.Metadata.Number));
    }
}
