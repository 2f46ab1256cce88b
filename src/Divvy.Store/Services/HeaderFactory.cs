using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>Makes the header that every answer carries.</summary>
internal sealed class HeaderFactory(StoreIdentity identity, StoreNode node)
{
    /// <summary>A single member leads from its first moment, in the first term.</summary>
    public const ulong Term = 1;

    public ResponseHeader Now() => At(node.Revision);

    public ResponseHeader At(long revision) => new()
    {
        ClusterId = identity.ClusterId,
        MemberId = identity.MemberId,
        Revision = revision,
        RaftTerm = Term,
    };
}
