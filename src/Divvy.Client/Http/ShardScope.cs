using Divvy.Core.Identity;

namespace Divvy.Client.Http;

/// <summary>In which shards' handlers the code that runs is. A request it sends says so
/// (<see cref="ShardHeaders.Within"/>), so that a shard that gives itself away, and waits for the handler, does not let
/// the handler wait for it (R13).</summary>
internal static class ShardScope
{
    /// <summary>Beyond this depth a chain of shards says no more; it would be a loop.</summary>
    private const int MaxLength = 2_048;

    private static readonly AsyncLocal<string?> Chain = new();

    /// <summary>The header's value; null outside of handlers.</summary>
    public static string? Current => Chain.Value;

    /// <summary>From here on, for this flow of control, code runs in a shard's handler.</summary>
    public static void Enter(string? outer, string space, ShardId shard, SessionId session)
    {
        var own = Name(space, shard, session);
        Chain.Value = outer is null || outer.Length + own.Length >= MaxLength ? own : $"{outer},{own}";
    }

    /// <summary>Whether a request was sent from a handler of this shard, in this session.</summary>
    public static bool Contains(string? chain, string space, ShardId shard, SessionId session) =>
        chain is not null && chain.Split(',').Contains(Name(space, shard, session), StringComparer.Ordinal);

    private static string Name(string space, ShardId shard, SessionId session) => $"{space}/{shard}@{session}";
}
