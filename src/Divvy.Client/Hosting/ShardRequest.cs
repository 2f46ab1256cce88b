using Divvy.Core.Identity;

namespace Divvy.Client.Hosting;

/// <summary>A request that asks to be let into a shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Generation">The generation its router knew; 0: none.</param>
/// <param name="Revision">The record revision its router knew; 0: none. A host that knows less waits for the
/// news.</param>
/// <param name="Forwarded">Another instance sent it on; it is not sent on again.</param>
/// <param name="Nested">A handler of this shard in this process sent it. It is let in beside that handler even while
/// the shard yields, because the yield waits for the handler (R13).</param>
/// <param name="MaxWait">How long it may wait here; null: <see cref="ShardHostOptions.MaxQueueTime"/>.</param>
public readonly record struct ShardRequest(
    ShardId Shard,
    Generation Generation = default,
    Revision Revision = default,
    bool Forwarded = false,
    bool Nested = false,
    TimeSpan? MaxWait = null);
