using Divvy.Core.Identity;

namespace Divvy.Client.AspNetCore;

/// <summary>The shard was lost before an answer could be released (R19). Thrown at the endpoint by its writes, so that
/// it stops; it reaches nobody else.</summary>
internal sealed class OwnershipLostException(ShardId shard)
    : OperationCanceledException($"shard {shard} was lost before the answer could be released");
