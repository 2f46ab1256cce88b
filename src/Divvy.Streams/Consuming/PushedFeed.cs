using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Consuming;

/// <summary>Lets the service push a shard's records: enhanced fan-out. Where it lacks that, its records are asked for.
/// </summary>
/// <remarks>The size of an event is known before its content is read. It is read when the budget has room for it; until
/// then it stays in the connection, and the service, which may send no more than fits there, waits. A subscription
/// renews itself without losing its place; when it gives up, the next one begins where the cursor is.</remarks>
internal sealed class PushedFeed(
    LeaseTerm term,
    IKinesisClient kinesis,
    FanOutConsumers consumers,
    ReadGate gate,
    ReadAccount account,
    ReadCursor cursor,
    TimeProvider time,
    IShardFeed polled) : IShardFeed
{
    /// <summary>An event takes its bytes and, made of them, its records at the same time.</summary>
    private const int CostFactor = 2;

    private IAsyncEnumerator<RecordBatch>? events;
    private DateTimeOffset? asked;
    private bool isReserved;
    private bool isPolling;

    public async Task<RecordBatch> NextAsync(CancellationToken cancellationToken)
    {
        if (events is null && !isPolling)
            await SubscribeAsync(cancellationToken).ConfigureAwait(false);
        if (isPolling)
            return await polled.NextAsync(cancellationToken).ConfigureAwait(false);
        isReserved = false;
        try
        {
            if (!await events!.MoveNextAsync().ConfigureAwait(false))
                throw new InvalidOperationException($"the subscription to shard {term.Shard} is over");
        }
        catch (Exception failure)
        {
            GiveBack();
            await ResetAsync().ConfigureAwait(false);
            if (failure is StreamNotFoundException)
                consumers.Forget(term.Stream);
            throw;
        }
        if (asked is { } before)
            cursor.Positioned(before);
        asked = null;
        return events.Current;
    }

    public TimeSpan PauseAfter(RecordBatch batch) => isPolling ? polled.PauseAfter(batch) : TimeSpan.Zero;

    public async ValueTask ResetAsync()
    {
        if (events is { } over)
        {
            events = null;
            await over.DisposeAsync().ConfigureAwait(false);
        }
        await polled.ResetAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await ResetAsync().ConfigureAwait(false);
        await polled.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        if (await consumers.FindAsync(term.Stream, cancellationToken).ConfigureAwait(false) is not { } consumer)
        {
            isPolling = true;
            return;
        }
        asked = time.GetUtcNow();
        events = kinesis
            .SubscribeToShardAsync(consumer, term.Shard, cursor.Position, AdmitAsync, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
    }

    private async ValueTask AdmitAsync(int bytes, CancellationToken cancellationToken)
    {
        // The event before was damaged or cut, and its successor comes: only one of them takes room.
        GiveBack();
        await gate.EnterAsync(account, (long)bytes * CostFactor, cancellationToken).ConfigureAwait(false);
        isReserved = true;
    }

    private void GiveBack()
    {
        if (isReserved)
            gate.Settle(account, 0, 0);
        isReserved = false;
    }
}
