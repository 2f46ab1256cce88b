using System.Security.Cryptography.X509Certificates;
using Divvy.Rpc.Protocol;
using Divvy.Rpc.Server;
using Google.Protobuf;

namespace Divvy.Rpc.InProcess;

/// <summary>The handler's side of an in-process call.</summary>
internal sealed class InProcessServerCall<TRequest, TResponse>(
    InProcessCall<TRequest, TResponse> call,
    RpcMethod<TRequest, TResponse> method,
    RpcMetadata metadata,
    CallLifetime lifetime) : RpcServerContext, IRpcReader<TRequest>, IRpcWriter<TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    public override string Method => method.Path;

    public override RpcMetadata RequestMetadata => metadata;

    public override string Peer => InProcessChannel.Name;

    public override X509Certificate2? ClientCertificate => null;

    public override TimeSpan? TimeLeft => lifetime.TimeLeft;

    public override CancellationToken CancellationToken => lifetime.Token;

    public ValueTask<TRequest?> ReadAsync(CancellationToken cancellationToken = default)
    {
        lifetime.ThrowIfCancelled();
        cancellationToken.ThrowIfCancellationRequested();
        var read = call.Requests.ReadAsync();
        if (read.IsCompletedSuccessfully)
        {
            // A message proves that the queue was not aborted before it; null may mean either.
            var request = read.Result;
            return request is null ? EndAsync() : new ValueTask<TRequest?>(request);
        }

        return WaitAsync(read, cancellationToken);
    }

    public ValueTask WriteAsync(TResponse response, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        lifetime.ThrowIfCancelled();
        cancellationToken.ThrowIfCancellationRequested();
        call.SendHeaders(RpcMetadata.Empty);
        var write = call.Responses.WriteAsync(response.Clone());
        return write.IsCompletedSuccessfully && write.Result ? default : WaitAsync(write, cancellationToken);
    }

    public override ValueTask WriteHeadersAsync(RpcMetadata headers)
    {
        MetadataHeaders.Check(headers);
        if (!call.SendHeaders(headers))
            throw new InvalidOperationException($"{Method}: the initial metadata has been sent already");
        return default;
    }

    private ValueTask<TRequest?> EndAsync()
    {
        lifetime.ThrowIfCancelled();
        return default;
    }

    private async ValueTask<TRequest?> WaitAsync(ValueTask<TRequest?> read, CancellationToken cancellationToken)
    {
        TRequest? request;
        if (cancellationToken.CanBeCanceled && cancellationToken != lifetime.Token)
        {
            using var registration = cancellationToken.UnsafeRegister(
                static state => ((MessageQueue<TRequest>)state!).GiveUpReading(), call.Requests);
            request = await read.ConfigureAwait(false);
        }
        else
        {
            request = await read.ConfigureAwait(false);
        }

        if (request is null)
        {
            lifetime.ThrowIfCancelled();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return request;
    }

    private async ValueTask WaitAsync(ValueTask<bool> write, CancellationToken cancellationToken)
    {
        // A write given up half-way would leave the order of the responses open, so it ends the call.
        using var registration = cancellationToken.CanBeCanceled && cancellationToken != lifetime.Token
            ? cancellationToken.UnsafeRegister(
                static state => ((MessageQueue<TResponse>)state!).Abort(), call.Responses)
            : default;
        if (await write.ConfigureAwait(false))
            return;
        lifetime.ThrowIfCancelled();
        cancellationToken.ThrowIfCancellationRequested();
        throw new OperationCanceledException($"{Method}: the call has ended");
    }
}
