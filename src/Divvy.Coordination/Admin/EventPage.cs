namespace Divvy.Coordination.Admin;

/// <summary>A piece of the event history, oldest first.</summary>
/// <param name="Events">The events.</param>
/// <param name="Next">To be given as <c>after</c> to read on.</param>
public sealed record EventPage(IReadOnlyList<EventView> Events, long Next);
