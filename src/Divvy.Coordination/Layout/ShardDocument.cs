using System.Globalization;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Layout;

/// <summary>A shard record in JSON: the core's record with its ids as text. The shard's name is the key's.</summary>
internal sealed record ShardDocument
{
    public required string Range { get; init; }

    public string[]? Parents { get; init; }

    public SessionDocument? Owner { get; init; }

    public SessionDocument? Next { get; init; }

    public SessionDocument[]? Standbys { get; init; }

    public ShardPhase Phase { get; init; }

    public long Generation { get; init; }

    public long? HandedOverAt { get; init; }

    public string? Pin { get; init; }

    public string Reason { get; init; } = "";

    public static ShardDocument From(ShardRecord record) => new()
    {
        Range = record.Range.ToString(),
        Parents = record.Parents.IsEmpty ? null : [.. record.Parents.Select(parent => parent.Value)],
        Owner = From(record.Owner),
        Next = From(record.Next),
        Standbys = record.Standbys.IsEmpty ? null : [.. record.Standbys.Select(SessionDocument.From)],
        Phase = record.Phase,
        Generation = record.Generation.Value,
        HandedOverAt = record.HandedOverAt == Revision.None ? null : record.HandedOverAt.Value,
        Pin = record.Pin?.Value,
        Reason = record.Reason,
    };

    /// <exception cref="FormatException">The range or a session is malformed.</exception>
    public ShardRecord ToRecord(ShardId shard) => new()
    {
        Shard = shard,
        Range = ParseRange(Range),
        Parents = [.. (Parents ?? []).Select(parent => new ShardId(parent))],
        Owner = Owner?.ToSession(),
        Next = Next?.ToSession(),
        Standbys = [.. (Standbys ?? []).Select(standby => standby.ToSession())],
        Phase = Phase,
        Generation = new Generation(Generation),
        HandedOverAt = new Revision(HandedOverAt ?? 0),
        Pin = Pin is null ? null : new InstanceId(Pin),
        Reason = Reason,
    };

    private static SessionDocument? From(SessionRef? session) =>
        session is { } some ? SessionDocument.From(some) : null;

    private static HashRange ParseRange(string text)
    {
        var dash = text.IndexOf('-');
        return dash > 0 && TryParse(text.AsSpan(0, dash), out var start) && TryParse(text.AsSpan(dash + 1), out var end)
            ? new HashRange(start, end)
            : throw new FormatException($"'{text}' is not a range: expected two hexadecimal numbers, start-end");

        static bool TryParse(ReadOnlySpan<char> hex, out ulong value) =>
            ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
