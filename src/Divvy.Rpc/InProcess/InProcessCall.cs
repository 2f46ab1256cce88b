using Divvy.Rpc.Protocol;
using Divvy.Rpc.Server;
using Google.Protobuf;

namespace Divvy.Rpc.InProcess;

/// <summary>
/// A call that goes straight into a handler of this process.
///
/// Two bounded queues join the two sides, and both sides share one <see cref="CallLifetime"/>, so there is one timer
/// for the deadline. The handler starts inside <c>Open</c> and runs on the caller's thread until it first waits; from
/// then on each side is resumed on the thread of the other. The call ends once, by whichever comes first:
/// <list type="bullet">
/// <item>the handler ends: responses already queued can still be read, then comes the status;</item>
/// <item>the deadline passes, the client cancels or disposes: both queues are dropped, the handler's token is
/// cancelled, and the client does not wait for the handler to notice.</item>
/// </list>
/// Messages are cloned when they are written, so neither side sees what the other does to its copy.
/// </summary>
internal sealed class InProcessCall<TRequest, TResponse> : RpcCall<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private readonly CallLifetime lifetime;
    private readonly CancellationToken callToken;
    private readonly TaskCompletionSource<RpcMetadata> headers = new();
    private CancellationTokenRegistration callRegistration;
    private CancellationTokenRegistration channelRegistration;
    private CancellationToken cancelledBy;
    private RpcStatus? end;

    public InProcessCall(TimeProvider timeProvider, TimeSpan? timeout, CancellationToken callToken)
    {
        this.callToken = callToken;
        lifetime = new InProcessCallLifetime(timeProvider, timeout) { Cancelled = OnCancelled };
    }

    public MessageQueue<TRequest> Requests { get; } = new();

    public MessageQueue<TResponse> Responses { get; } = new();

    public override RpcMetadata Trailers => Volatile.Read(ref end)?.Trailers ?? RpcMetadata.Empty;

    /// <summary>Starts the deadline, then the handler.</summary>
    public void Start(
        RpcServices services,
        RpcHandler<TRequest, TResponse> handler,
        RpcMetadata metadata,
        CancellationToken channelToken)
    {
        lifetime.Start();
        callRegistration = callToken.UnsafeRegister(
            static (state, token) => ((InProcessCall<TRequest, TResponse>)state!).CancelFrom(token), this);
        channelRegistration = channelToken.UnsafeRegister(
            static state => ((InProcessCall<TRequest, TResponse>)state!).lifetime.Cancel(CancelReason.ClientGone),
            this);
        if (Volatile.Read(ref end) is not null)
        {
            Release();
            return;
        }

        // Its exceptions are statuses, and its end is the call's: there is nothing else to observe.
        _ = RunAsync(services, handler, new InProcessServerCall<TRequest, TResponse>(
            this, handler.Method, metadata, lifetime));
    }

    /// <summary>Ends a call that reaches no handler.</summary>
    public void Refuse(RpcStatus status)
    {
        Requests.Abort();
        EndWith(status);
    }

    public bool SendHeaders(RpcMetadata metadata) => !headers.Task.IsCompleted && headers.TrySetResult(metadata);

    public override ValueTask WriteAsync(TRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        var write = Requests.WriteAsync(request.Clone());
        return write.IsCompletedSuccessfully && write.Result ? default : WaitAsync(write, cancellationToken);
    }

    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Requests.Complete();
        return default;
    }

    public override ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<TResponse?>(cancellationToken);
        var read = Responses.ReadAsync();
        if (!read.IsCompletedSuccessfully)
            return WaitAsync(read, cancellationToken);
        return read.Result is { } response ? new ValueTask<TResponse?>(response) : EndAsync();
    }

    public override async ValueTask<RpcMetadata> ResponseHeadersAsync(CancellationToken cancellationToken = default)
    {
        using var registration = Watch(cancellationToken);
        var metadata = await headers.Task.ConfigureAwait(false);
        cancelledBy.ThrowIfCancellationRequested();
        if (lifetime.Reason != CancelReason.None && Volatile.Read(ref end) is { } status)
            throw status.ToException();
        return metadata;
    }

    public override ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref end) is null)
            lifetime.Cancel(CancelReason.ClientGone);
        return default;
    }

    private async Task RunAsync(
        RpcServices services,
        RpcHandler<TRequest, TResponse> handler,
        InProcessServerCall<TRequest, TResponse> server)
    {
        var status = await HandlerRunner.RunAsync(services, handler, server, server, server, lifetime)
            .ConfigureAwait(false);
        EndWith(status);
        Requests.Abort();
    }

    private void EndWith(RpcStatus status)
    {
        if (Interlocked.CompareExchange(ref end, status, null) is not null)
            return;
        Release();
        headers.TrySetResult(RpcMetadata.Empty);
        Responses.Complete();
    }

    private void OnCancelled(CancelReason reason)
    {
        if (Interlocked.CompareExchange(ref end, lifetime.StatusOfCancel(), null) is not null)
            return;
        Release();
        headers.TrySetResult(RpcMetadata.Empty);
        Requests.Abort();
        Responses.Abort();
    }

    private void CancelFrom(CancellationToken token)
    {
        if (Volatile.Read(ref end) is not null)
            return;
        cancelledBy = token;
        lifetime.Cancel(CancelReason.ClientGone);
    }

    /// <summary>Unregister, unlike Dispose, does not wait for a callback that is running: it may be this one.
    /// </summary>
    private void Release()
    {
        lifetime.Dispose();
        callRegistration.Unregister();
        channelRegistration.Unregister();
    }

    private ValueTask<TResponse?> EndAsync()
    {
        var status = Volatile.Read(ref end);
        if (cancelledBy.IsCancellationRequested)
            return ValueTask.FromCanceled<TResponse?>(cancelledBy);
        return status is null or { Code: RpcStatusCode.OK }
            ? default
            : ValueTask.FromException<TResponse?>(status.ToException());
    }

    private async ValueTask<TResponse?> WaitAsync(ValueTask<TResponse?> read, CancellationToken cancellationToken)
    {
        using var registration = Watch(cancellationToken);
        return await read.ConfigureAwait(false) ?? await EndAsync().ConfigureAwait(false);
    }

    private async ValueTask WaitAsync(ValueTask<bool> write, CancellationToken cancellationToken)
    {
        using var registration = Watch(cancellationToken);
        if (await write.ConfigureAwait(false))
            return;
        cancelledBy.ThrowIfCancellationRequested();
        throw Volatile.Read(ref end)?.ToWriteException()
            ?? new RpcException(RpcStatusCode.Internal, "a request was written after the half-close");
    }

    private CancellationTokenRegistration Watch(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? cancellationToken.UnsafeRegister(
                static (state, token) => ((InProcessCall<TRequest, TResponse>)state!).CancelFrom(token), this)
            : default;
}
