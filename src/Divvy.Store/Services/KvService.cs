using Divvy.Consensus.Mvcc;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.KV.</summary>
internal sealed class KvService(StoreNode node, HeaderFactory headers, EmbeddedStoreOptions options)
{
    public void MapTo(RpcServices services) => services
        .Unary(EtcdMethods.Range, (request, context) => RangeAsync(request, context.CancellationToken))
        .Unary(EtcdMethods.Put, (request, context) => PutAsync(request, context.CancellationToken))
        .Unary(EtcdMethods.DeleteRange, (request, context) => DeleteRangeAsync(request, context.CancellationToken))
        .Unary(EtcdMethods.Txn, (request, context) => TxnAsync(request, context.CancellationToken))
        .Unary(EtcdMethods.Compact, (request, context) => CompactAsync(request, context.CancellationToken));

    private async ValueTask<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancellationToken)
    {
        var operation = request.ToOperation();
        Check(operation);
        await SeeWhatWasAcknowledgedAsync(request.Serializable, cancellationToken).ConfigureAwait(false);
        var result = node.Range(operation);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return result.ToResponse(operation, headers.At(result.Revision));
    }

    /// <summary>Anywhere, for a linearizable read; by this member before it was restarted, for a serializable
    /// one.</summary>
    private ValueTask SeeWhatWasAcknowledgedAsync(bool isSerializable, CancellationToken cancellationToken) =>
        isSerializable ? node.WhenCaughtUpAsync(cancellationToken) : node.ReadBarrierAsync(cancellationToken);

    private async ValueTask<PutResponse> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        var operation = request.ToOperation();
        var result = (PutResult)await WriteAsync(request, operation, cancellationToken).ConfigureAwait(false);
        return result.ToResponse(headers.At(result.Revision));
    }

    private async ValueTask<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, CancellationToken cancellationToken)
    {
        var operation = request.ToOperation();
        var result = (DeleteRangeResult)await WriteAsync(request, operation, cancellationToken).ConfigureAwait(false);
        return result.ToResponse(headers.At(result.Revision));
    }

    private async ValueTask<TxnResponse> TxnAsync(TxnRequest request, CancellationToken cancellationToken)
    {
        var operation = request.ToOperation();
        MvccResult result;
        if (operation.IsReadOnly)
        {
            Check(operation);
            await SeeWhatWasAcknowledgedAsync(request.IsSerializable(), cancellationToken).ConfigureAwait(false);
            result = node.Read(operation);
            EtcdErrors.ThrowIfRefused(result.Outcome);
        }
        else
        {
            result = await WriteAsync(request, operation, cancellationToken).ConfigureAwait(false);
        }
        return ((TxnResult)result).ToResponse(headers.At(result.Revision));
    }

    private async ValueTask<CompactionResponse> CompactAsync(
        CompactionRequest request, CancellationToken cancellationToken)
    {
        var command = new CompactCommand(request.Revision);
        var result = await ProposeAsync(command, cancellationToken).ConfigureAwait(false);
        if (request.Physical)
            await node.PhysicallyCompactedAsync(cancellationToken).ConfigureAwait(false);
        return new CompactionResponse { Header = headers.At(result.Revision) };
    }

    private async ValueTask<MvccResult> WriteAsync(
        IMessage request, MvccOperation operation, CancellationToken cancellationToken)
    {
        Check(operation);
        if (request.CalculateSize() > options.MaxRequestBytes)
            throw EtcdErrors.RequestTooLarge();
        if (operation is PutOperation or TxnOperation)
            await node.CheckRoomAsync().ConfigureAwait(false);
        return await ProposeAsync(operation, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<MvccResult> ProposeAsync(MvccCommand command, CancellationToken cancellationToken)
    {
        var result = (MvccResult)await node.ProposeAsync(command, null, cancellationToken).ConfigureAwait(false);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return result;
    }

    private void Check(MvccOperation operation) =>
        EtcdErrors.ThrowIfRefused(RequestRules.Check(operation, options.MaxTxnOperations));
}
