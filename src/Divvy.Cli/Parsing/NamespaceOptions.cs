using System.CommandLine;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Planning;

namespace Divvy.Cli.Parsing;

/// <summary>The settings of a namespace as options, shared by the commands that create or change one. An option that
/// was
/// not given stays out, so that the server's default, or the present value, counts.</summary>
internal sealed class NamespaceOptions
{
    private static readonly Dictionary<string, PlacementStrategy> strategies = new(StringComparer.Ordinal)
    {
        ["balanced"] = PlacementStrategy.Balanced,
        ["rendezvous"] = PlacementStrategy.Rendezvous,
        ["consistent-hash-bounded"] = PlacementStrategy.ConsistentHashBounded,
    };

    private static readonly Dictionary<string, OwnershipMode> modes = new(StringComparer.Ordinal)
    {
        ["exclusive"] = OwnershipMode.Exclusive,
        ["affinity"] = OwnershipMode.Affinity,
    };

    private readonly Option<int?> shards = Number("--shards", 1, 1_000_000, "How many shards; never changes.");
    private readonly Option<string?> layout = Word(
        "--layout",
        ["fixed", "listed"],
        "fixed: equal ranges of the keys. listed: shards added and finished by name. Never changes.");

    private readonly Option<string?> mode = Word(
        "--mode", modes.Keys, "exclusive: never two owners. affinity: availability first. Never changes.");
    private readonly Option<string?> strategy = Word("--strategy", strategies.Keys, "How shards are placed.");
    private readonly Option<int?> standbys = Number("--standbys", 0, 2, "Warm standbys a shard.");
    private readonly Option<int?> maxMoves = Number("--max-moves", 1, 100_000, "Planned moves under way at a time.");
    private readonly Option<Duration?> sessionTtl = TypedOption.OptionalDuration(
        "--session-ttl", "How long an instance may be silent before its session ends.");

    /// <summary>Options of what may be set when a namespace comes to be.</summary>
    public IEnumerable<Option> ForCreation => [layout, shards, mode, .. ForChange];

    /// <summary>Options of what may change later.</summary>
    public IEnumerable<Option> ForChange => [.. ForServer.Except([shards, mode]), sessionTtl];

    /// <summary>As <see cref="ForCreation"/>, without the session's time to live, which a server has for
    /// all.</summary>
    public IEnumerable<Option> ForServer => [shards, mode, strategy, standbys, maxMoves];

    public NamespaceConfig Config(ParseResult parsed)
    {
        var standard = new NamespaceConfig();
        return standard with
        {
            Shards = parsed.GetValue(shards) ?? standard.Shards,
            Mode = parsed.GetValue(mode) is { } modeWord ? modes[modeWord] : standard.Mode,
            Strategy = parsed.GetValue(strategy) is { } strategyWord ? strategies[strategyWord] : standard.Strategy,
            Standbys = parsed.GetValue(standbys) ?? standard.Standbys,
            MaxMovesInFlight = parsed.GetValue(maxMoves) ?? standard.MaxMovesInFlight,
        };
    }

    public NamespaceCreate Creation(string name, ParseResult parsed) => new()
    {
        Name = name,
        Layout = parsed.GetValue(layout),
        Shards = parsed.GetValue(shards),
        Mode = parsed.GetValue(mode),
        Strategy = parsed.GetValue(strategy),
        Standbys = parsed.GetValue(standbys),
        MaxMovesInFlight = parsed.GetValue(maxMoves),
        SessionTtlMs = Milliseconds(parsed.GetValue(sessionTtl)),
    };

    public NamespaceChange Change(ParseResult parsed) => new()
    {
        Strategy = parsed.GetValue(strategy),
        Standbys = parsed.GetValue(standbys),
        MaxMovesInFlight = parsed.GetValue(maxMoves),
        SessionTtlMs = Milliseconds(parsed.GetValue(sessionTtl)),
    };

    private static int? Milliseconds(Duration? duration) => (int?)duration?.Value.TotalMilliseconds;

    private static Option<string?> Word(string name, IEnumerable<string> words, string description)
    {
        string[] all = [.. words];
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', all) };
        return option.AcceptOnlyFromAmong(all);
    }

    private static Option<int?> Number(string name, int least, int most, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(TypedOption.InRange(name, least, most));
        return option;
    }
}
