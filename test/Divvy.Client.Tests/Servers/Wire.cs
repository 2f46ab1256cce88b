using Divvy.Rpc.Sharding;

namespace Divvy.Client.Tests.Servers;

/// <summary>Roles and routes as servers send them.</summary>
internal static class Wire
{
    public static Role Role(string shard, long revision, RoleKind kind, long generation = 1, Peer? next = null) => new()
    {
        Shard = shard,
        Revision = revision,
        Kind = kind,
        Generation = generation,
        Next = next,
        Reason = "test",
    };

    public static Peer Peer(string instance, long session, string address) =>
        new() { Instance = instance, Session = session, Address = address };

    /// <summary>A route of a shard that covers all keys.</summary>
    public static Route Route(string shard, long revision, string? address, long generation = 1) => new()
    {
        Shard = shard,
        Revision = revision,
        Generation = generation,
        Owner = address is null ? null : Peer("owner", 1, address),
    };
}
