using Divvy.Consensus.Mvcc.Watching;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>The hub's messages as etcd's.</summary>
internal static class WatchMapping
{
    public static WatchResponse ToResponse(this WatchMessage message, ResponseHeader header)
    {
        var response = new WatchResponse { Header = header, WatchId = message.WatchId };
        switch (message)
        {
            case WatchEvents events:
                response.Events.AddRange(EventsOf(events.Events));
                break;
            case WatchCreated:
                response.Created = true;
                break;
            case WatchRefused refused:
                response.Created = true;
                response.Canceled = true;
                response.CancelReason = EtcdErrors.Reason(refused.Reason);
                break;
            case WatchCanceled:
                response.Canceled = true;
                break;
            case WatchCompacted compacted:
                response.Canceled = true;
                response.CompactRevision = compacted.CompactedRevision;
                break;
            default:
                // Progress is an answer without events.
                break;
        }
        return response;
    }

    /// <summary>Made once for all watchers that hear the same.</summary>
    private static Event[] EventsOf(EventList list)
    {
        if (list.Encoded is Event[] made)
            return made;
        var events = new Event[list.Count];
        for (var i = 0; i < events.Length; i++)
            events[i] = list[i].ToEvent();
        list.Encoded = events;
        return events;
    }
}
