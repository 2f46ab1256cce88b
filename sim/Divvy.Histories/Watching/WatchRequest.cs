using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Watching;

/// <summary>What a watch asked for.</summary>
/// <param name="Range">The keys.</param>
/// <param name="StartRevision">The first revision wanted; 0: what comes after the creation of the watch.</param>
/// <param name="WithPrevious">Each event brings the key as it was before.</param>
/// <param name="NoPut">Leaves out puts.</param>
/// <param name="NoDelete">Leaves out deletes.</param>
public sealed record WatchRequest(
    KeyRange Range, long StartRevision = 0, bool WithPrevious = false, bool NoPut = false, bool NoDelete = false)
{
    public bool Matches(StoreEvent change) => Range.Contains(change.Key) && !(change.IsDelete ? NoDelete : NoPut);
}
