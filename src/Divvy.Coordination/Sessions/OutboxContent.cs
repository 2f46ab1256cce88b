using Divvy.Core.Identity;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Sessions;

/// <summary>One message to an instance, with what the log should say once it is sent.</summary>
/// <param name="Message">To send.</param>
/// <param name="Causes">The shards of a role message that changed hands, by shard.</param>
/// <param name="IsLast">The stream ends after it.</param>
internal sealed record OutboxContent(
    ServerMessage Message, IReadOnlyList<(ShardId Shard, AssignmentCause Cause)> Causes, bool IsLast = false);
