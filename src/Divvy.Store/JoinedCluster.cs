using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Store.Peers;
using Divvy.Store.Replication;

namespace Divvy.Store;

/// <summary>The running cluster that a new member joins, as one of its members told it.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="MemberId">The id under which the new member was added.</param>
/// <param name="Members">All members, the new one included.</param>
public sealed record JoinedCluster(ulong ClusterId, NodeId MemberId, IReadOnlyList<MemberRecord> Members)
{
    /// <summary>Asks running members about their cluster, one after the other, until one answers. The new member was
    /// added to the cluster before (MemberAdd); it recognises itself by its peer URLs. A member that lags may not know
    /// of it yet: then every other member it names is asked too.</summary>
    /// <param name="members">Peer URLs of running members.</param>
    /// <param name="ownPeerUrls">Where the others are to reach the new member: what it was added with.</param>
    /// <param name="tls">Certificates, if the URLs are https.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="PeerUnavailableException">Nobody answered; says why, for each.</exception>
    /// <exception cref="NotAddedException">The cluster does not know these peer URLs.</exception>
    public static async Task<JoinedCluster> AskAsync(
        IReadOnlyList<Uri> members,
        IReadOnlyList<Uri> ownPeerUrls,
        PeerTlsOptions? tls,
        CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        NotAddedException? notAdded = null;
        var urls = new List<Uri>(members);
        for (var asked = 0; asked < urls.Count; asked++)
        {
            try
            {
                var cluster = await ClusterInformation.AskAsync(urls[asked], tls, cancellationToken)
                    .ConfigureAwait(false);
                if (Find(cluster, ownPeerUrls) is { } own)
                    return From(cluster, own);
                notAdded ??= NotAdded(cluster, ownPeerUrls, urls[asked]);
                urls.AddRange(cluster.Members.SelectMany(member => member.PeerUrls).Except(urls));
            }
            catch (PeerUnavailableException failure)
            {
                failures.Add(failure.Message);
            }
        }

        throw notAdded as Exception
            ?? new PeerUnavailableException($"no member of the cluster answers: {string.Join("; ", failures)}");
    }

    private static MemberInformation? Find(ClusterInformation cluster, IReadOnlyList<Uri> ownPeerUrls) =>
        cluster.Members.FirstOrDefault(member => member.PeerUrls.Intersect(ownPeerUrls).Any());

    private static NotAddedException NotAdded(
        ClusterInformation cluster, IReadOnlyList<Uri> ownPeerUrls, Uri asked) =>
        new($"cluster {cluster.ClusterId:x}, asked at {asked}, has no member with the peer URL"
            + $" {string.Join(" or ", ownPeerUrls.Select(TextOf))}; its members are"
            + $" {string.Join(", ", cluster.Members.Select(Describe))}");

    private static JoinedCluster From(ClusterInformation cluster, MemberInformation own) =>
        new(
            cluster.ClusterId,
            own.Id,
            [
                .. cluster.Members.Select(member => new MemberRecord(
                    member.Id,
                    member.Name,
                    [.. member.PeerUrls.Select(TextOf)],
                    [.. member.ClientUrls.Select(TextOf)])),
            ]);

    private static string Describe(MemberInformation member)
    {
        var name = member.Name.Length == 0 ? "(not started)" : member.Name;
        return $"{name} at {string.Join(",", member.PeerUrls.Select(TextOf))}";
    }

    private static string TextOf(Uri url) => url.OriginalString;
}
