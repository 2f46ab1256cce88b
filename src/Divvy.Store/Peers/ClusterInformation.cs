using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>What a process that wants to join asks a running member: which cluster it is, and who belongs to it.
/// </summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="AnsweredBy">The member that was asked.</param>
/// <param name="Members">Everybody who belongs to the cluster, as far as that member has applied the log.</param>
public sealed record ClusterInformation(ulong ClusterId, NodeId AnsweredBy, IReadOnlyList<MemberInformation> Members)
{
    private const int SmallestMember = 5;

    /// <summary>Asks the member at a peer URL.
    /// <exception cref="PeerUnavailableException">It cannot be reached, or did not answer; says what to look
    /// at.</exception></summary>
    public static async Task<ClusterInformation> AskAsync(
        Uri url, PeerTlsOptions? tls, CancellationToken cancellationToken)
    {
        var dialer = new PeerDialer(tls is null ? null : new PeerTls(tls), TimeProvider.System, DefaultTimeout);
        using var dialed = await dialer.DialAsync(url, new Hello { AsksForInformation = true }, cancellationToken)
            .ConfigureAwait(false);
        if (dialed.Answer.Information is { } information)
            return information;
        throw new PeerUnavailableException($"the peer at {url} does not tell its cluster: {dialed.Answer.Reason}");
    }

    internal static TimeSpan DefaultTimeout => TimeSpan.FromSeconds(5);

    internal int SizeBound() => (3 * WireWriter.MaxVarint) + Members.Sum(member =>
        (4 * WireWriter.MaxVarint) + WireWriter.TextSize(member.Name)
        + member.PeerUrls.Concat(member.ClientUrls).Sum(url => WireWriter.TextSize(url.OriginalString)));

    internal void Write(ref WireWriter writer)
    {
        writer.Varint(ClusterId);
        writer.Varint(AnsweredBy.Value);
        writer.Varint((ulong)Members.Count);
        foreach (var member in Members)
        {
            writer.Varint(member.Id.Value);
            writer.Text(member.Name);
            Peers.PeerUrls.Write(ref writer, member.PeerUrls);
            Peers.PeerUrls.Write(ref writer, member.ClientUrls);
            writer.Byte(member.IsLearner ? (byte)1 : (byte)0);
        }
    }

    internal static ClusterInformation Read(ref WireReader reader)
    {
        var cluster = reader.Varint();
        var answeredBy = new NodeId(reader.Varint());
        var members = new MemberInformation[reader.Count("members", SmallestMember, MessageCodec.MaxMembers)];
        foreach (ref var member in members.AsSpan())
        {
            member = new MemberInformation(
                new NodeId(reader.Varint()),
                reader.Text(Hello.MaxText),
                Peers.PeerUrls.Read(ref reader),
                Peers.PeerUrls.Read(ref reader),
                reader.Byte() != 0);
        }

        return new ClusterInformation(cluster, answeredBy, members);
    }
}
