using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Layout;

/// <summary>A shard record in JSON: the core's record with its ids as text. The shard's name is the key's.</summary>
/// <remarks>Every server reads each record that anybody writes. Its properties can be set, because what can only be set
/// when it is made is read by a slower way: all values are boxed and collected first.</remarks>
internal sealed record ShardDocument
{
    public string Range { get; set; } = "";

    public string?[]? Parents { get; set; }

    public SessionDocument? Owner { get; set; }

    public SessionDocument? Next { get; set; }

    public SessionDocument?[]? Standbys { get; set; }

    public ShardPhase Phase { get; set; }

    public long Generation { get; set; }

    public long? HandedOverAt { get; set; }

    public string? Pin { get; set; }

    public string Reason { get; set; } = "";

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

    /// <exception cref="FormatException">The range or a session is malformed, or a name is null.</exception>
    public ShardRecord ToRecord(ShardId shard) => new()
    {
        Shard = shard,
        Range = ParseRange(Range),
        Parents = [.. (Parents ?? []).Select(parent => new ShardId(parent ?? throw Null("parent")))],
        Owner = Owner?.ToSession(),
        Next = Next?.ToSession(),
        Standbys = [.. (Standbys ?? []).Select(standby => standby?.ToSession() ?? throw Null("standby"))],
        Phase = Phase,
        Generation = new Generation(Generation),
        HandedOverAt = new Revision(HandedOverAt ?? 0),
        Pin = Pin is null ? null : new InstanceId(Pin),
        Reason = Reason,
    };

    private static SessionDocument? From(SessionRef? session) =>
        session is { } some ? SessionDocument.From(some) : null;

    private static FormatException Null(string name) => new($"a {name} is null");

    private static HashRange ParseRange(string text) => HashRange.TryParse(text, out var range)
        ? range
        : throw new FormatException($"'{text}' is not a range: expected two hexadecimal numbers, start-end");
}
