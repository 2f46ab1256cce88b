using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>What a request says of itself (R16).</summary>
/// <param name="Shard">The shard its key belongs to.</param>
/// <param name="Generation">The generation in the router's table; 0: not known.</param>
/// <param name="Revision">The record revision in the router's table; 0: not known.</param>
/// <param name="Forwarded">An instance sent it on; it is not sent on again.</param>
/// <param name="Nested">A handler of this very process and shard sent it: it runs here or fails at once (R13).</param>
/// <param name="DeadlineMs">Until when it may wait here, on the machine's clock.</param>
public readonly record struct RequestInfo(
    ShardId Shard, Generation Generation, Revision Revision, bool Forwarded, bool Nested, long DeadlineMs);
