using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>Makes the header that every answer carries.</summary>
internal sealed class HeaderFactory(StoreIdentity identity, StoreNode node)
{
    public ResponseHeader Now() => At(node.Revision);

    public ResponseHeader At(long revision) => new()
    {
        ClusterId = identity.ClusterId,
        MemberId = identity.MemberId,
        Revision = revision,
        RaftTerm = node.Leadership.Term.Value,
    };
}
