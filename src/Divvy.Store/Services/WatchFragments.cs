using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>Cuts a large message for a client that asked for it. Every fragment but the last says that it is
/// one.</summary>
internal static class WatchFragments
{
    /// <summary>Tag and length of an event inside the message, at most.</summary>
    private const int EventFrameBytes = 6;

    public static IEnumerable<WatchResponse> Cut(WatchResponse response, int limitBytes)
    {
        if (response.Events.Count < 2 || response.CalculateSize() < limitBytes)
        {
            yield return response;
            yield break;
        }
        var next = 0;
        while (next < response.Events.Count)
        {
            var fragment = new WatchResponse { Header = response.Header, WatchId = response.WatchId };
            var bytes = 0;
            do
            {
                bytes += response.Events[next].CalculateSize() + EventFrameBytes;
                fragment.Events.Add(response.Events[next++]);
            }
            while (next < response.Events.Count
                && bytes + response.Events[next].CalculateSize() + EventFrameBytes < limitBytes);
            fragment.Fragment = next < response.Events.Count;
            yield return fragment;
        }
    }
}
