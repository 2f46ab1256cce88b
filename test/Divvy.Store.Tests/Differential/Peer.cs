using System.Text.RegularExpressions;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using Google.Protobuf;

namespace Divvy.Store.Tests.Differential;

/// <summary>One of the servers that are compared. Its answers are texts without what may differ: ids of cluster and
/// member, the term, how much of a lease is left, and how events are spread over messages.</summary>
internal sealed partial class Peer(IRpcChannel channel) : IAsyncDisposable
{
    private readonly Api api = new(channel);
    private readonly SortedDictionary<long, SettledWatch> watches = [];

    /// <summary>Revision of the last answer.</summary>
    public long Revision { get; private set; } = 1;

    public async Task<string> AnswerAsync(IMessage request)
    {
        try
        {
            return request switch
            {
                PutRequest put => Text(await api.PutAsync(put)),
                RangeRequest range => Text(await api.RangeAsync(range)),
                DeleteRangeRequest delete => Text(await api.DeleteAsync(delete)),
                TxnRequest txn => Text(await api.TxnAsync(txn)),
                LeaseGrantRequest grant => Text(await api.CallAsync(EtcdMethods.LeaseGrant, grant)),
                LeaseRevokeRequest revoke => Text(await api.CallAsync(EtcdMethods.LeaseRevoke, revoke)),
                LeaseTimeToLiveRequest ask => Text(Normalise(await api.CallAsync(EtcdMethods.LeaseTimeToLive, ask))),
                LeaseLeasesRequest list => Text(Normalise(await api.CallAsync(EtcdMethods.LeaseLeases, list))),
                CompactionRequest compaction => await CompactAsync(compaction),
                WatchCreateRequest create => await WatchAsync(create),
                WatchCancelRequest cancel => await EndAsync(cancel.WatchId),
                _ => throw new ArgumentException($"{request.Descriptor.Name} is not compared", nameof(request)),
            };
        }
        catch (RpcException refusal)
        {
            return refusal.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watch in watches.Values)
            await watch.DisposeAsync();
    }

    /// <summary>A watcher that is behind hears of a compaction, or finds that the previous value is gone: what it hears
    /// would depend on how fast it is. So each hears all there is before.</summary>
    private async Task<string> CompactAsync(CompactionRequest compaction)
    {
        var heard = "";
        foreach (var watch in watches.Values)
            heard += await watch.SettleAsync();
        return heard + Text(await api.CallAsync(EtcdMethods.Compact, compaction));
    }

    private async Task<string> WatchAsync(WatchCreateRequest create)
    {
        var ended = await EndAsync(create.WatchId);
        var watch = new SettledWatch(api, await WatchClient.OpenAsync(channel), create);
        var created = await watch.CreateAsync();
        if (watch.IsOpen)
            watches.Add(create.WatchId, watch);
        else
            await watch.DisposeAsync();
        return ended + Ids().Replace(created, "");
    }

    private async Task<string> EndAsync(long id)
    {
        if (!watches.Remove(id, out var watch))
            return "no watch; ";
        await using (watch)
            return await watch.CancelAsync();
    }

    private string Text(IMessage response)
    {
        var field = response.Descriptor.FindFieldByName("header");
        if (field?.Accessor.GetValue(response) is ResponseHeader header)
            Revision = header.Revision;
        return Ids().Replace(JsonFormatter.Default.Format(response), "");
    }

    private static LeaseTimeToLiveResponse Normalise(LeaseTimeToLiveResponse response)
    {
        var sorted = response.Keys.OrderBy(key => key.ToStringUtf8(), StringComparer.Ordinal).ToList();
        response.Keys.Clear();
        response.Keys.Add(sorted);
        response.TTL = Math.Sign(response.TTL);
        return response;
    }

    private static LeaseLeasesResponse Normalise(LeaseLeasesResponse response)
    {
        var sorted = response.Leases.OrderBy(lease => lease.ID).ToList();
        response.Leases.Clear();
        response.Leases.Add(sorted);
        return response;
    }

    [GeneratedRegex("\"(clusterId|memberId|raftTerm)\": \"[0-9]+\",? ?")]
    private static partial Regex Ids();
}
