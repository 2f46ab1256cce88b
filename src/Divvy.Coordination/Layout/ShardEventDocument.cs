using Divvy.Core.Assignment;

namespace Divvy.Coordination.Layout;

/// <summary>A <see cref="ShardEvent"/> as it is read. Its properties can be set for the reason that
/// <see cref="ShardDocument"/>'s can.</summary>
internal sealed record ShardEventDocument
{
    public StepKind? Kind { get; set; }

    public string? Shard { get; set; }

    public string? From { get; set; }

    public string? To { get; set; }

    public long Generation { get; set; }

    public string Reason { get; set; } = "";

    public DateTimeOffset? Time { get; set; }

    /// <exception cref="FormatException">It has no kind, shard or time.</exception>
    public ShardEvent ToEvent() => new()
    {
        Kind = Kind ?? throw Missing("kind"),
        Shard = Shard ?? throw Missing("shard"),
        From = From,
        To = To,
        Generation = Generation,
        Reason = Reason,
        Time = Time ?? throw Missing("time"),
    };

    private static FormatException Missing(string name) => new($"an event has no {name}");
}
