using Divvy.Consensus.Mvcc;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Auth;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.KV.</summary>
internal sealed class KvService(
    StoreNode node, CallerResolver callers, HeaderFactory headers, EmbeddedStoreOptions options)
{
    public void MapTo(GatedServices services) => services
        .Unary(EtcdMethods.Range, RangeAsync)
        .Unary(EtcdMethods.Put, PutAsync)
        .Unary(EtcdMethods.DeleteRange, DeleteRangeAsync)
        .Unary(EtcdMethods.Txn, TxnAsync)
        .Unary(EtcdMethods.Compact, CompactAsync);

    private async ValueTask<RangeResponse> RangeAsync(RangeRequest request, RpcServerContext context)
    {
        var operation = request.ToOperation();
        Check(operation);
        await SeeWhatWasAcknowledgedAsync(request.Serializable, context).ConfigureAwait(false);
        var result = (RangeResult)await ReadAsync(operation, context).ConfigureAwait(false);
        return result.ToResponse(operation, headers.At(result.Revision));
    }

    /// <summary>Anywhere, for a linearizable read; by this member before it was restarted, for a serializable
    /// one.</summary>
    private ValueTask SeeWhatWasAcknowledgedAsync(bool isSerializable, RpcServerContext context) =>
        isSerializable
            ? node.WhenCaughtUpAsync(context.CancellationToken)
            : node.ReadBarrierAsync(context.CancellationToken);

    private async ValueTask<PutResponse> PutAsync(PutRequest request, RpcServerContext context)
    {
        var operation = request.ToOperation();
        var result = (PutResult)await WriteAsync(request, operation, context).ConfigureAwait(false);
        return result.ToResponse(headers.At(result.Revision));
    }

    private async ValueTask<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, RpcServerContext context)
    {
        var operation = request.ToOperation();
        var result = (DeleteRangeResult)await WriteAsync(request, operation, context).ConfigureAwait(false);
        return result.ToResponse(headers.At(result.Revision));
    }

    private async ValueTask<TxnResponse> TxnAsync(TxnRequest request, RpcServerContext context)
    {
        var operation = request.ToOperation();
        MvccResult result;
        if (operation.IsReadOnly)
        {
            Check(operation);
            await SeeWhatWasAcknowledgedAsync(request.IsSerializable(), context).ConfigureAwait(false);
            result = await ReadAsync(operation, context).ConfigureAwait(false);
        }
        else
        {
            result = await WriteAsync(request, operation, context).ConfigureAwait(false);
        }
        return ((TxnResult)result).ToResponse(headers.At(result.Revision));
    }

    private async ValueTask<CompactionResponse> CompactAsync(
        CompactionRequest request, RpcServerContext context)
    {
        var command = new CompactCommand(request.Revision);
        var result = await ProposeAsync(command, context).ConfigureAwait(false);
        if (request.Physical)
            await node.PhysicallyCompactedAsync(context.CancellationToken).ConfigureAwait(false);
        return new CompactionResponse { Header = headers.At(result.Revision) };
    }

    private async ValueTask<MvccResult> WriteAsync(
        IMessage request, MvccOperation operation, RpcServerContext context)
    {
        Check(operation);
        if (request.CalculateSize() > options.MaxRequestBytes)
            throw EtcdErrors.RequestTooLarge();
        if (operation is PutOperation or TxnOperation)
            await node.CheckRoomAsync().ConfigureAwait(false);
        return await ProposeAsync(operation, context).ConfigureAwait(false);
    }

    private async ValueTask<MvccResult> ReadAsync(MvccOperation operation, RpcServerContext context)
    {
        var result = (MvccResult)await callers.RunAsync(
            static (caller, at) => ValueTask.FromResult(at.operation is TxnOperation txn
                ? at.node.Read(txn, caller)
                : at.node.Range((RangeOperation)at.operation, caller)),
            (node, operation),
            context).ConfigureAwait(false);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return result;
    }

    private async ValueTask<MvccResult> ProposeAsync(MvccCommand command, RpcServerContext context)
    {
        var result = (MvccResult)await callers.ProposeAsync(command, context).ConfigureAwait(false);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return result;
    }

    private void Check(MvccOperation operation) =>
        EtcdErrors.ThrowIfRefused(RequestRules.Check(operation, options.MaxTxnOperations));
}
