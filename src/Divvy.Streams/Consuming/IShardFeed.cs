using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>How a shard's records come from the service: asked for again and again, or pushed. One reader.</summary>
internal interface IShardFeed : IAsyncDisposable
{
    /// <summary>The next records, once the worker's budget has room for them: what is reserved for them stays reserved
    /// until the caller settles the account. When it throws, nothing is.</summary>
    Task<RecordBatch> NextAsync(CancellationToken cancellationToken);

    /// <summary>How long to wait before the next call, once these records are handed on.</summary>
    TimeSpan PauseAfter(RecordBatch batch);

    /// <summary>The next call begins anew where the cursor is.</summary>
    ValueTask ResetAsync();
}
