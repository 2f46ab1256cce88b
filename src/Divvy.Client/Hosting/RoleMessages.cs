using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Hosting;

/// <summary>The wire's words to and from the core's.</summary>
internal static class RoleMessages
{
    public static RoleAssignment ToAssignment(Role role) => new(
        new ShardId(role.Shard),
        new Revision(role.Revision),
        ToRole(role.Kind),
        new Generation(role.Generation),
        new HashRange(role.RangeStart, role.RangeEnd),
        role.Next is { } next ? new SessionRef(new InstanceId(next.Instance), new SessionId(next.Session)) : null,
        role.Next is { Address.Length: > 0 } known ? known.Address : null,
        new Revision(role.HandedOverAt),
        role.Reason)
    {
        Parents = [.. role.Parents.Select(parent => new ShardId(parent))],
    };

    public static Acknowledge ToMessage(HostAck ack) => new()
    {
        Session = ack.Session.Value,
        Shard = ack.Shard.Value,
        Revision = ack.Revision.Value,
        Kind = ToMessage(ack.Kind),
        HandedOver = ack.HandedOver,
        Error = ack.Error,
    };

    /// <summary>A role this version does not know is none: it serves nothing under it.</summary>
    private static ShardRole ToRole(RoleKind kind) => kind switch
    {
        RoleKind.RoleStandby => ShardRole.Standby,
        RoleKind.RolePreparing => ShardRole.Preparing,
        RoleKind.RolePrepared => ShardRole.Prepared,
        RoleKind.RoleActive => ShardRole.Active,
        RoleKind.RoleYielding => ShardRole.Yielding,
        RoleKind.RoleClosing => ShardRole.Closing,
        _ => ShardRole.None,
    };

    private static Acknowledgement ToMessage(AckKind kind) => kind switch
    {
        AckKind.Ready => Acknowledgement.Ready,
        AckKind.Active => Acknowledgement.Active,
        AckKind.Yielded => Acknowledgement.Yielded,
        AckKind.Dropped => Acknowledgement.Dropped,
        AckKind.Failed => Acknowledgement.Failed,
        _ => Acknowledgement.Unspecified,
    };
}
