using Divvy.Coordination.Layout;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>One key of the event history.</summary>
/// <param name="Batch">The steps of one transaction.</param>
/// <param name="Revision">Revision of that transaction: orders the history across servers, whatever their clocks
/// say.</param>
public sealed record MirroredEvents(EventBatch Batch, Revision Revision);
