using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Sessions;

/// <summary>The core's words to and from the wire's.</summary>
internal static class RoleMessages
{
    public static Role ToMessage(RoleAssignment role)
    {
        var message = new Role
        {
            Shard = role.Shard.Value,
            Revision = role.Revision.Value,
            Kind = ToMessage(role.Role),
            Generation = role.Generation.Value,
            RangeStart = role.Range.Start,
            RangeEnd = role.Range.End,
            HandedOverAt = role.HandedOverAt.Value,
            Reason = role.Reason,
        };
        message.Parents.AddRange(role.Parents.Select(parent => parent.Value));
        if (role.Next is { } next)
            message.Next = ToPeer(next, role.NextAddress);
        return message;
    }

    public static Peer ToPeer(SessionRef session, string? address) => new()
    {
        Instance = session.Instance.Value,
        Session = session.Session.Value,
        Address = address ?? "",
    };

    public static ShardingLayout ToMessage(NamespaceLayout layout) =>
        layout == NamespaceLayout.Listed ? ShardingLayout.Listed : ShardingLayout.Fixed;

    public static ShardingMode ToMessage(OwnershipMode mode) =>
        mode == OwnershipMode.Affinity ? ShardingMode.Affinity : ShardingMode.Exclusive;

    /// <summary>Null: a kind this version does not know.</summary>
    public static AckKind? ToAckKind(Acknowledgement kind) => kind switch
    {
        Acknowledgement.Ready => AckKind.Ready,
        Acknowledgement.Active => AckKind.Active,
        Acknowledgement.Yielded => AckKind.Yielded,
        Acknowledgement.Dropped => AckKind.Dropped,
        Acknowledgement.Failed => AckKind.Failed,
        _ => null,
    };

    private static RoleKind ToMessage(ShardRole role) => role switch
    {
        ShardRole.None => RoleKind.RoleNone,
        ShardRole.Standby => RoleKind.RoleStandby,
        ShardRole.Preparing => RoleKind.RolePreparing,
        ShardRole.Prepared => RoleKind.RolePrepared,
        ShardRole.Active => RoleKind.RoleActive,
        ShardRole.Yielding => RoleKind.RoleYielding,
        ShardRole.Closing => RoleKind.RoleClosing,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "a role the wire has no word for"),
    };
}
