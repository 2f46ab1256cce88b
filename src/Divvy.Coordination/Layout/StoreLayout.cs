using System.Globalization;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Layout;

/// <summary>Where everything is in the store (docs/operations.md lists it for people). All keys, with the prefix
/// removed, lie between <c>/services/</c> and <c>/shards0</c>, but for the states of listed shards: one range read and
/// one watch over <see cref="RangeStart"/>..<see cref="RangeEnd"/> show all of it in the order it happened.
/// Immutable.</summary>
public sealed class StoreLayout
{
    /// <summary>The longest a namespace, instance, shard or server name may be.</summary>
    public const int MaxNameLength = 128;

    private const string ServicesRoot = "/services/";
    private const string ShardsRoot = "/shards/";
    private const string NamespacesRoot = "/shard-distributor/namespaces/";
    private const string LeadersRoot = "/shard-distributor/leaders/";
    private const string StatusRoot = "/shard-distributor/status/";
    private const string StatesRoot = "/states/";
    private const string EventsRoot = "/shard-distributor/events/";

    /// <param name="prefix">Put before every key; empty for none. A trailing slash is dropped, since keys start with
    /// one.</param>
    public StoreLayout(string prefix = "") => Prefix = prefix.TrimEnd('/');

    public string Prefix { get; }

    /// <summary>First key of the range that holds everything.</summary>
    public string RangeStart => Prefix + ServicesRoot;

    /// <summary>End (exclusive) of the range that holds everything: '0' follows '/'.</summary>
    public string RangeEnd => Prefix + "/shards0";

    public string Namespace(string name) => Prefix + NamespacesRoot + name;

    /// <summary>The election of a namespace's controller: candidates put a slash and their lease in hex behind
    /// it.</summary>
    public string Election(string name) => $"{Prefix}{LeadersRoot}{name}";

    public string Service(string name, InstanceId instance) => $"{Prefix}{ServicesRoot}{name}/{instance}";

    public string Status(string name, InstanceId instance) => $"{Prefix}{StatusRoot}{name}/{instance}";

    public string StatusPrefix(string name) => $"{Prefix}{StatusRoot}{name}/";

    public string ShardPrefix(string name) => $"{Prefix}{ShardsRoot}{name}/";

    public string Shard(string name, ShardId shard) => $"{Prefix}{ShardsRoot}{name}/{shard}";

    /// <summary>The state of a listed shard. It lies outside the range above on purpose: states change all the time,
    /// and no
    /// server decides anything by them.</summary>
    public string State(string name, ShardId shard) => $"{Prefix}{StatesRoot}{name}/{shard}";

    public string StatePrefix(string name) => $"{Prefix}{StatesRoot}{name}/";

    public string EventPrefix(string name) => $"{Prefix}{EventsRoot}{name}/";

    /// <summary>Twenty digits sort as numbers do; the server's id keeps two servers' events of one microsecond
    /// apart.</summary>
    public string Event(string name, long sequence, string server) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{EventsRoot}{name}/{sequence:d20}-{server}");

    /// <summary>Whether a name may stand in a key: 1 to <see cref="MaxNameLength"/> letters, digits, '-', '_', '.',
    /// ':'.</summary>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength }
        && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;

    /// <summary>Takes a key apart; <see cref="StoreKeyKind.Unknown"/> if it is not one of ours.</summary>
    public StoreKey Parse(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal))
            return StoreKey.Unknown;
        var rest = key.AsSpan(Prefix.Length);
        if (TryTake(ref rest, ShardsRoot))
            return Split(StoreKeyKind.Shard, rest);
        if (TryTake(ref rest, ServicesRoot))
            return Split(StoreKeyKind.Service, rest);
        if (TryTake(ref rest, EventsRoot))
            return Split(StoreKeyKind.Event, rest);
        if (TryTake(ref rest, LeadersRoot))
            return Split(StoreKeyKind.Leader, rest);
        if (TryTake(ref rest, StatusRoot))
            return Split(StoreKeyKind.Status, rest);
        return TryTake(ref rest, NamespacesRoot) && rest.Length > 0 && !rest.Contains('/')
            ? new StoreKey(StoreKeyKind.Namespace, rest.ToString(), "")
            : StoreKey.Unknown;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    private static bool TryTake(ref ReadOnlySpan<char> rest, string root)
    {
        if (!rest.StartsWith(root, StringComparison.Ordinal))
            return false;
        rest = rest[root.Length..];
        return true;
    }

    private static StoreKey Split(StoreKeyKind kind, ReadOnlySpan<char> rest)
    {
        var slash = rest.IndexOf('/');
        return slash > 0 && slash < rest.Length - 1 && !rest[(slash + 1)..].Contains('/')
            ? new StoreKey(kind, rest[..slash].ToString(), rest[(slash + 1)..].ToString())
            : StoreKey.Unknown;
    }
}
