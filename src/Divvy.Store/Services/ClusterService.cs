using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Auth;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Cluster. Changing it is for the role <c>root</c>.</summary>
internal sealed class ClusterService(
    StoreNode node, CallerResolver callers, HeaderFactory headers, TimeProvider timeProvider)
{
    public void MapTo(GatedServices services) => services
        .Unary(EtcdMethods.MemberList, ListAsync)
        .Unary(EtcdMethods.MemberAdd, AddAsync)
        .Unary(EtcdMethods.MemberRemove, RemoveAsync)
        .Unary(EtcdMethods.MemberUpdate, UpdateAsync)
        .Unary(EtcdMethods.MemberPromote, PromoteAsync);

    private async ValueTask<MemberListResponse> ListAsync(MemberListRequest request, RpcServerContext context)
    {
        if (request.Linearizable)
            await node.ReadBarrierAsync(context.CancellationToken).ConfigureAwait(false);
        return new MemberListResponse { Header = headers.Now(), Members = { Members() } };
    }

    private async ValueTask<MemberAddResponse> AddAsync(MemberAddRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        var urls = Checked(request.PeerURLs);
        var id = new NodeId(StoreIdentity.MemberIdOf(urls, node.Identity.ClusterId, timeProvider.GetUtcNow()));
        var member = new MemberRecord(id, "", [.. urls], []);
        Check(await node.AddMemberAsync(member, request.IsLearner, context.CancellationToken).ConfigureAwait(false));
        await SeeAsync((book, _) => book.Find(id) is not null, context).ConfigureAwait(false);
        return new MemberAddResponse
        {
            Header = headers.Now(),
            Member = new Member { ID = id.Value, PeerURLs = { urls }, IsLearner = request.IsLearner },
            Members = { Members() },
        };
    }

    private async ValueTask<MemberRemoveResponse> RemoveAsync(MemberRemoveRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        Check(await node.RemoveMemberAsync(new NodeId(request.ID), context.CancellationToken).ConfigureAwait(false));
        await SeeAsync((book, _) => book.Find(new NodeId(request.ID)) is null, context).ConfigureAwait(false);
        return new MemberRemoveResponse { Header = headers.Now(), Members = { Members() } };
    }

    private async ValueTask<MemberUpdateResponse> UpdateAsync(MemberUpdateRequest request, RpcServerContext context)
    {
        var command = new MemberUpdateCommand(new NodeId(request.ID), [.. Checked(request.PeerURLs)]);
        var result = await callers.ProposeAsync(command, context).ConfigureAwait(false);
        Check(((MemberResult)result).Outcome);
        return new MemberUpdateResponse { Header = headers.Now(), Members = { Members() } };
    }

    private async ValueTask<MemberPromoteResponse> PromoteAsync(MemberPromoteRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        Check(await node.PromoteMemberAsync(new NodeId(request.ID), context.CancellationToken).ConfigureAwait(false));
        await SeeAsync((_, membership) => membership.IsVoter(new NodeId(request.ID)), context).ConfigureAwait(false);
        return new MemberPromoteResponse { Header = headers.Now(), Members = { Members() } };
    }

    /// <summary>Waits until this member has applied the change too. Not for a quorum: a member that was just added may
    /// be needed for one and not be there yet.</summary>
    private ValueTask SeeAsync(Func<MemberBook, MembershipState, bool> isDone, RpcServerContext context) =>
        node.SeeMembersAsync(isDone, context.CancellationToken);

    private List<Member> Members()
    {
        var (members, membership) = node.Members();
        return members.ConvertAll(member => new Member
        {
            ID = member.Id.Value,
            Name = member.Name,
            PeerURLs = { member.PeerUrls },
            ClientURLs = { member.ClientUrls },
            IsLearner = membership.IsLearner(member.Id),
        });
    }

    private static List<string> Checked(IReadOnlyList<string> urls)
    {
        var isGood = urls.Count > 0 && urls.All(url =>
            Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            && !parsed.IsDefaultPort && parsed.AbsolutePath == "/");
        return isGood ? [.. urls.Order(StringComparer.Ordinal)] : throw EtcdErrors.BadMemberUrls();
    }

    private static void Check(MemberOutcome outcome)
    {
        if (outcome != MemberOutcome.Ok)
            throw EtcdErrors.ToException(outcome);
    }
}
