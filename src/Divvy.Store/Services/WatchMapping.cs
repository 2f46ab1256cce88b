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
                response.Events.Capacity = events.Events.Count;
                foreach (var change in events.Events)
                    response.Events.Add(change.ToEvent());
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
}
