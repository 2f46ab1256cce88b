using System.Text.RegularExpressions;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Tests.Conformance;
using Google.Protobuf;

namespace Divvy.Store.Tests.Differential;

/// <summary>One of the servers that are compared. Its answers are texts without what may differ: ids of cluster and
/// member, the term, and how much of a lease is left.</summary>
internal sealed partial class Peer(IRpcChannel channel)
{
    private readonly Api api = new(channel);

    public async Task<string> AnswerAsync(IMessage request)
    {
        try
        {
            IMessage response = request switch
            {
                PutRequest put => await api.PutAsync(put),
                RangeRequest range => await api.RangeAsync(range),
                DeleteRangeRequest delete => await api.DeleteAsync(delete),
                TxnRequest txn => await api.TxnAsync(txn),
                CompactionRequest compaction => await api.CallAsync(EtcdMethods.Compact, compaction),
                LeaseGrantRequest grant => await api.CallAsync(EtcdMethods.LeaseGrant, grant),
                LeaseRevokeRequest revoke => await api.CallAsync(EtcdMethods.LeaseRevoke, revoke),
                LeaseTimeToLiveRequest ask => Normalise(await api.CallAsync(EtcdMethods.LeaseTimeToLive, ask)),
                _ => throw new ArgumentException($"{request.Descriptor.Name} is not compared", nameof(request)),
            };
            return Ids().Replace(JsonFormatter.Default.Format(response), "");
        }
        catch (RpcException refusal)
        {
            return refusal.Message;
        }
    }

    private static LeaseTimeToLiveResponse Normalise(LeaseTimeToLiveResponse response)
    {
        var sorted = response.Keys.OrderBy(key => key.ToStringUtf8(), StringComparer.Ordinal).ToList();
        response.Keys.Clear();
        response.Keys.Add(sorted);
        response.TTL = Math.Sign(response.TTL);
        return response;
    }

    [GeneratedRegex("\"(clusterId|memberId|raftTerm)\": \"[0-9]+\",? ?")]
    private static partial Regex Ids();
}
