using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>An acknowledgement to send on the session's stream. Losing one is fine: what a server waits for is
/// repeated.</summary>
public sealed record HostAck(
    SessionId Session, ShardId Shard, Revision Revision, AckKind Kind, bool HandedOver, string Error);
