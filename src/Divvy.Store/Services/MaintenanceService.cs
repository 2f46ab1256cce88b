using System.Diagnostics;
using System.Security.Cryptography;
using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Auth;
using Divvy.Store.Snapshots;
using Google.Protobuf;
using Alarm = Divvy.Consensus.State.Alarm;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Maintenance. All but looking at status and alarms is for the role <c>root</c>.</summary>
internal sealed class MaintenanceService(StoreNode node, CallerResolver callers, HeaderFactory headers)
{
    /// <summary>Bytes of a snapshot in one message; etcd's number.</summary>
    private const int SnapshotPiece = 32 * 1024;

    public void MapTo(GatedServices services) => services
        .Unary(EtcdMethods.Status, (_, _) => ValueTask.FromResult(Status()))
        .Unary(EtcdMethods.Alarm, AlarmAsync)
        .Unary(EtcdMethods.Defragment, DefragmentAsync)
        .Unary(EtcdMethods.Hash, HashAsync)
        .Unary(EtcdMethods.HashKV, HashKvAsync)
        .Unary(EtcdMethods.MoveLeader, MoveLeaderAsync)
        .ServerStream(EtcdMethods.Snapshot, SnapshotAsync);

    private StatusResponse Status()
    {
        var store = node.Snapshot();
        var raft = node.RaftView;
        return new StatusResponse
        {
            Header = headers.At(store.Revision),
            Version = EmbeddedStore.Version,
            DbSize = node.AllocatedBytes,
            DbSizeInUse = store.Data.BytesInUse,
            Leader = raft.Leader.Value,
            RaftTerm = raft.Term.Value,
            RaftIndex = raft.LastIndex.Value,
            RaftAppliedIndex = raft.AppliedIndex.Value,
            IsLearner = raft.Membership.IsLearner(new NodeId(node.Identity.MemberId)),
            Errors = { Errors(raft.Leader) },
        };
    }

    private IEnumerable<string> Errors(NodeId leader)
    {
        if (leader.IsNone)
            yield return "etcdserver: no leader";
        foreach (var alarm in node.Alarms())
            yield return $"memberID:{alarm.Member.Value} alarm:{NameOf(alarm.Kind)} ";
    }

    private async ValueTask<AlarmResponse> AlarmAsync(AlarmRequest request, RpcServerContext context)
    {
        var asked = new Alarm(new NodeId(request.MemberID), (AlarmKind)request.Alarm);
        IEnumerable<Alarm> alarms;
        switch (request.Action)
        {
            case AlarmRequest.Types.AlarmAction.Get:
                await node.ReadBarrierAsync(context.CancellationToken).ConfigureAwait(false);
                alarms = node.Alarms().Where(one => asked.Kind == AlarmKind.None || one.Kind == asked.Kind);
                break;
            case AlarmRequest.Types.AlarmAction.Activate:
                alarms = await ChangeAsync(asked, raise: true, context).ConfigureAwait(false);
                break;
            default:
                alarms = await ChangeAsync(asked, raise: false, context).ConfigureAwait(false);
                break;
        }

        var response = new AlarmResponse { Header = headers.Now() };
        response.Alarms.Add(alarms.Select(
            one => new AlarmMember { MemberID = one.Member.Value, Alarm = (AlarmType)one.Kind }));
        return response;
    }

    private async ValueTask<IEnumerable<Alarm>> ChangeAsync(Alarm alarm, bool raise, RpcServerContext context)
    {
        var command = new AlarmCommand(alarm, raise);
        var result = await callers.ProposeAsync(command, context).ConfigureAwait(false);
        return ((AlarmResult)result).Changed;
    }

    private async ValueTask<DefragmentResponse> DefragmentAsync(DefragmentRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        await node.DefragmentAsync().ConfigureAwait(false);
        return new DefragmentResponse { Header = headers.Now() };
    }

    private async ValueTask<HashResponse> HashAsync(HashRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        await node.WhenCaughtUpAsync(context.CancellationToken).ConfigureAwait(false);
        var (hash, revision) = node.Hash();
        return new HashResponse { Header = headers.At(revision), Hash = hash };
    }

    private async ValueTask<HashKVResponse> HashKvAsync(HashKVRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        await node.WhenCaughtUpAsync(context.CancellationToken).ConfigureAwait(false);
        var (outcome, hash, revision, compacted, current) = node.HashKv(request.Revision);
        EtcdErrors.ThrowIfRefused(outcome);
        return new HashKVResponse
        {
            Header = headers.At(current),
            Hash = hash,
            CompactRevision = compacted,
            HashRevision = revision,
        };
    }

    private async ValueTask<MoveLeaderResponse> MoveLeaderAsync(MoveLeaderRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        await node.MoveLeaderAsync(new NodeId(request.TargetID), context.CancellationToken).ConfigureAwait(false);
        return new MoveLeaderResponse { Header = headers.Now() };
    }

    /// <summary>The file in pieces, zeros up to a whole block, then the SHA-256 of all that.</summary>
    private async ValueTask SnapshotAsync(
        SnapshotRequest request, IRpcWriter<SnapshotResponse> responses, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        await using var source = await node.OpenSnapshotAsync().ConfigureAwait(false);
        var content = await source.OpenAsync(context.CancellationToken).ConfigureAwait(false);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var left = (content.Length + KeptSnapshot.Block - 1) / KeptSnapshot.Block * KeptSnapshot.Block;
        while (left > 0)
        {
            var piece = new byte[Math.Min(left, SnapshotPiece)];
            await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, context.CancellationToken)
                .ConfigureAwait(false);
            hash.AppendData(piece);
            left -= piece.Length;
            await SendAsync(piece, left).ConfigureAwait(false);
        }

        await SendAsync(hash.GetHashAndReset(), 0).ConfigureAwait(false);

        ValueTask SendAsync(byte[] piece, long remaining) => responses.WriteAsync(
            new SnapshotResponse
            {
                Header = headers.Now(),
                RemainingBytes = (ulong)remaining,
                Blob = UnsafeByteOperations.UnsafeWrap(piece),
                Version = EmbeddedStore.Version,
            },
            context.CancellationToken);
    }

    private static string NameOf(AlarmKind kind) => kind switch
    {
        AlarmKind.NoSpace => "NOSPACE",
        AlarmKind.Corrupt => "CORRUPT",
        AlarmKind.None => "NONE",
        _ => throw new UnreachableException($"{kind} is no alarm"),
    };
}
