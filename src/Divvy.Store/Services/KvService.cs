using Divvy.Consensus.Mvcc;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.KV.</summary>
internal sealed class KvService(StoreNode node, HeaderFactory headers, EmbeddedStoreOptions options)
{
    public void MapTo(RpcServices services) => services
        .Unary(EtcdMethods.Range, (request, _) => ValueTask.FromResult(Range(request)))
        .Unary(EtcdMethods.Put, (request, context) => PutAsync(request, context.CancellationToken))
        .Unary(EtcdMethods.DeleteRange, (request, context) => DeleteRangeAsync(request, context.CancellationToken))
        .Unary(EtcdMethods.Txn, (request, context) => TxnAsync(request, context.CancellationToken))
        .Unary(EtcdMethods.Compact, (request, context) => CompactAsync(request, context.CancellationToken));

    private RangeResponse Range(RangeRequest request)
    {
        var operation = request.ToOperation();
        Check(operation);
        var result = node.Range(operation);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return result.ToResponse(operation, headers.At(result.Revision));
    }

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
        // Compaction is done when it is answered, so asking for the physical one too changes nothing.
        var command = new CompactCommand(request.Revision);
        var result = await node.ProposeAsync(command, cancellationToken).ConfigureAwait(false);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return new CompactionResponse { Header = headers.At(result.Revision) };
    }

    private async ValueTask<MvccResult> WriteAsync(
        IMessage request, MvccOperation operation, CancellationToken cancellationToken)
    {
        Check(operation);
        if (request.CalculateSize() > options.MaxRequestBytes)
            throw EtcdErrors.RequestTooLarge();
        if (operation is PutOperation or TxnOperation && node.IsOverQuota)
            throw EtcdErrors.NoSpace();
        var result = await node.ProposeAsync(operation, cancellationToken).ConfigureAwait(false);
        EtcdErrors.ThrowIfRefused(result.Outcome);
        return result;
    }

    private void Check(MvccOperation operation) =>
        EtcdErrors.ThrowIfRefused(RequestRules.Check(operation, options.MaxTxnOperations));
}
