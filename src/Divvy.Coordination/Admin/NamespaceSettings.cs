using System.Text.Json;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Keys;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Admin;

/// <summary>Turns what operators ask for into a configuration, collecting everything that is wrong with it.</summary>
internal static class NamespaceSettings
{
    private const int MaxTimeMs = 3_600_000;
    private const int MaxMoves = 100_000;

    /// <exception cref="AdminException">400: everything that is wrong.</exception>
    public static NamespaceConfig Create(NamespaceCreate request)
    {
        var errors = new List<string>();
        if (!StoreLayout.IsName(request.Name))
        {
            errors.Add(
                $"name '{request.Name}' is not 1 to {StoreLayout.MaxNameLength} letters, digits, '-', '_', '.', ':'");
        }
        var layout = Word(errors, "layout", request.Layout, NamespaceLayout.Fixed);
        if (layout == NamespaceLayout.Fixed)
            Range(errors, "shards", request.Shards, 1, FixedLayout.MaxShards);
        else if (request.Shards is { } counted)
            errors.Add($"shards is {counted}, but a listed namespace begins with none: add them by name");
        var mode = Word(errors, "mode", request.Mode, OwnershipMode.Exclusive);
        var change = new NamespaceChange
        {
            Strategy = request.Strategy,
            Standbys = request.Standbys,
            SessionTtlMs = request.SessionTtlMs,
            MaxMovesInFlight = request.MaxMovesInFlight,
            MaxMovesPerInstance = request.MaxMovesPerInstance,
            PrepareTimeoutMs = request.PrepareTimeoutMs,
            YieldTimeoutMs = request.YieldTimeoutMs,
            PenaltyMs = request.PenaltyMs,
        };
        var config = layout == NamespaceLayout.Listed
            ? NamespaceConfig.Listed with { Mode = mode }
            : new NamespaceConfig { Mode = mode, Shards = request.Shards ?? NamespaceConfig.DefaultShards };
        return Finish(Apply(config, change, errors), errors);
    }

    /// <exception cref="AdminException">400: everything that is wrong.</exception>
    public static NamespaceConfig Change(NamespaceConfig config, NamespaceChange change)
    {
        var errors = new List<string>();
        if (change.Layout is not null && Word(errors, "layout", change.Layout, config.Layout) != config.Layout)
            errors.Add($"layout is {ToWord(config.Layout)} and never changes: create another namespace");
        if (change.Shards is { } shards && shards != config.Shards)
            errors.Add($"shards is {config.Shards} and never changes: create another namespace");
        if (change.Mode is not null && Word(errors, "mode", change.Mode, config.Mode) != config.Mode)
            errors.Add(
                "mode never changes: servers that disagree about it could make two owners; create another namespace");
        return Finish(Apply(config, change, errors), errors);
    }

    public static string ToWord<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static NamespaceConfig Apply(NamespaceConfig config, NamespaceChange change, List<string> errors)
    {
        Range(errors, "standbys", change.Standbys, 0, PlannerPolicy.MaxStandbys);
        Range(errors, "sessionTtlMs", change.SessionTtlMs, 1_000, MaxTimeMs);
        Range(errors, "maxMovesInFlight", change.MaxMovesInFlight, 1, MaxMoves);
        Range(errors, "maxMovesPerInstance", change.MaxMovesPerInstance, 1, MaxMoves);
        Range(errors, "prepareTimeoutMs", change.PrepareTimeoutMs, 100, MaxTimeMs);
        Range(errors, "yieldTimeoutMs", change.YieldTimeoutMs, 100, MaxTimeMs);
        Range(errors, "penaltyMs", change.PenaltyMs, 1, MaxTimeMs);
        return config with
        {
            Strategy = Word(errors, "strategy", change.Strategy, config.Strategy),
            Standbys = change.Standbys ?? config.Standbys,
            SessionTtlMs = change.SessionTtlMs ?? config.SessionTtlMs,
            MaxMovesInFlight = change.MaxMovesInFlight ?? config.MaxMovesInFlight,
            MaxMovesPerInstance = change.MaxMovesPerInstance ?? config.MaxMovesPerInstance,
            PrepareTimeoutMs = change.PrepareTimeoutMs ?? config.PrepareTimeoutMs,
            YieldTimeoutMs = change.YieldTimeoutMs ?? config.YieldTimeoutMs,
            PenaltyMs = change.PenaltyMs ?? config.PenaltyMs,
        };
    }

    private static NamespaceConfig Finish(NamespaceConfig config, List<string> errors) =>
        errors.Count == 0 ? config : throw AdminException.BadRequest(string.Join("; ", errors));

    private static void Range(List<string> errors, string name, int? value, int least, int most)
    {
        if (value < least || value > most)
            errors.Add($"{name} is {value}; it must be {least} to {most}");
    }

    private static T Word<T>(List<string> errors, string name, string? word, T otherwise)
        where T : struct, Enum
    {
        if (word is null)
            return otherwise;
        foreach (var value in Enum.GetValues<T>())
        {
            if (ToWord(value) == word)
                return value;
        }
        errors.Add($"{name} '{word}' is none of {string.Join(", ", Enum.GetValues<T>().Select(ToWord))}");
        return otherwise;
    }
}
