using System.Text.Json.Serialization;

namespace Divvy.Cli.Journals;

/// <summary>One line of a journal.</summary>
/// <param name="UnixNs">When, in nanoseconds since 1970 by this machine's clock. For
/// <see cref="JournalEvent.LeaseLost"/>
/// it is the session's deadline by the instance's own clock, which a stopped process notices only later.</param>
/// <param name="Instance">Whose hold.</param>
/// <param name="Shard">On which shard.</param>
/// <param name="Generation">Under which fencing token.</param>
/// <param name="Event">What happened.</param>
/// <param name="Session">The session in hexadecimal, which tells two lives of one instance id apart; may be
/// absent.</param>
/// <param name="NoticedUnixNs">When the line was written, if that differs from <paramref name="UnixNs"/>.</param>
internal sealed record JournalEntry(
    long UnixNs,
    string Instance,
    string Shard,
    long Generation,
    JournalEvent Event,
    string? Session = null,
    long? NoticedUnixNs = null)
{
    /// <summary>The latest moment the line proves the process to have been alive.</summary>
    [JsonIgnore]
    public long AliveAt => NoticedUnixNs ?? UnixNs;
}
