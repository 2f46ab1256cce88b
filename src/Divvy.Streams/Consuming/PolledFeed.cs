using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Consuming;

/// <summary>Asks the service for a shard's records, by an iterator, when <see cref="ReadPace"/> says.</summary>
internal sealed class PolledFeed(
    LeaseTerm term,
    IKinesisClient kinesis,
    ReadGate gate,
    ReadAccount account,
    ReadCursor cursor,
    StreamConsumerOptions options,
    TimeProvider time) : IShardFeed
{
    private readonly ReadPace pace = new(options);
    private string? iterator;
    private long started;
    private TimeSpan took;
    private ReadGrant? grant;

    public async Task<RecordBatch> NextAsync(CancellationToken cancellationToken)
    {
        started = time.GetTimestamp();
        iterator ??= await PositionAsync(cancellationToken).ConfigureAwait(false);
        grant = await gate.EnterAsync(account, cancellationToken).ConfigureAwait(false);
        try
        {
            var called = time.GetTimestamp();
            var answer = await kinesis
                .GetRecordsAsync(
                    iterator, grant.Limit, (bytes, token) => gate.AdmitAsync(account, bytes, token), cancellationToken)
                .ConfigureAwait(false);
            took = time.GetElapsedTime(called);
            iterator = answer.NextIterator;
            return answer;
        }
        catch
        {
            gate.Settle(account, 0, 0);
            throw;
        }
    }

    public TimeSpan PauseAfter(RecordBatch batch)
    {
        if (batch.Records.Count == 0)
            return pace.Nothing(took);
        // A read that was kept small only because nothing was known yet is followed by the next at once.
        var goesOn = grant is { IsGrowing: true } && batch.Records.Count == grant.Limit;
        return pace.Records(time.GetElapsedTime(started), goesOn);
    }

    public ValueTask ResetAsync()
    {
        iterator = null;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<string> PositionAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        try
        {
            var position = await kinesis
                .GetShardIteratorAsync(term.Stream, term.Shard, cursor.Position, cancellationToken)
                .ConfigureAwait(false);
            cursor.Positioned(before);
            return position;
        }
        catch (KinesisException failure)
            when (failure is not StreamNotFoundException and not ThroughputExceededException)
        {
            cursor.PositionFailed();
            throw;
        }
    }
}
