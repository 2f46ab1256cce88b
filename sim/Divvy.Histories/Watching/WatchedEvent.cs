using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>An event as a watch delivered it.</summary>
/// <param name="Change">The change.</param>
/// <param name="Previous">The key before it, if that came along.</param>
public sealed record WatchedEvent(StoreEvent Change, KeyRecord? Previous = null)
{
    public long Revision => Change.Revision;

    public override string ToString() => Change.ToString();
}
