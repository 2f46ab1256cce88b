using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Divvy.Store;

/// <summary>Who a member is. Members of a new cluster compute the same ids from the same description of it, so nobody
/// has to hand them out.</summary>
internal readonly record struct StoreIdentity(ulong ClusterId, ulong MemberId)
{
    public static StoreIdentity From(EmbeddedStoreOptions options)
    {
        if (options.InitialCluster.Count == 0)
        {
            return new StoreIdentity(
                options.ClusterId != 0 ? options.ClusterId : Derive("cluster", options.Name),
                options.MemberId != 0 ? options.MemberId : Derive("member", options.Name));
        }

        var own = options.InitialCluster.First(member => member.Name == options.Name);
        var all = options.InitialCluster.Select(member => MemberIdOf(member.PeerUrls, options.ClusterToken)).Order();
        return new StoreIdentity(
            Derive("cluster", string.Join(',', all)), MemberIdOf(own.PeerUrls, options.ClusterToken));
    }

    /// <summary>The id of a member of a new cluster.</summary>
    public static ulong MemberIdOf(IReadOnlyList<string> peerUrls, string token) =>
        Derive("member", $"{token}/{string.Join(',', peerUrls.Order(StringComparer.Ordinal))}");

    /// <summary>The id of a member that joins later: the moment is part of it, so that one that was removed can join
    /// again under another id.</summary>
    public static ulong MemberIdOf(IReadOnlyList<string> peerUrls, ulong cluster, DateTimeOffset now) =>
        Derive("member", $"{cluster:x}/{now.ToUnixTimeMilliseconds()}/{string.Join(',', peerUrls)}");

    private static ulong Derive(string kind, string text) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{text}"))) | 1;
}
