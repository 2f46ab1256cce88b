namespace Divvy.Histories.Watching;

/// <summary>What a watch delivered at once.</summary>
/// <param name="At">When it arrived.</param>
/// <param name="Events">Events of whole revisions; none when only progress is told.</param>
/// <param name="Bookmark">A revision up to which, the response says, everything has been delivered with it; 0: it says nothing
/// of the kind. A progress notification's header is one; the header of events is none.</param>
/// <param name="IsFragment">The next response goes on with the same revision.</param>
public sealed record WatchResponse(
    TimeSpan At, IReadOnlyList<WatchedEvent> Events, long Bookmark = 0, bool IsFragment = false);
