using Divvy.Rpc;
using Google.Protobuf;

namespace Divvy.Simulation.Network;

/// <summary>
/// The client's half of a call over a <see cref="SimChannel"/>.
/// <para>What it sends reaches <see cref="SimServerCall{TRequest,TResponse}"/> over the connection, in order. A side
/// may be <see cref="Window"/> messages ahead of what the other one has read; then it waits, as for an HTTP/2 window.
/// The call ends once: with the status the server sent, at its deadline by the client's clock, by the client's own
/// cancellation, or when the connection breaks.</para>
/// </summary>
internal sealed class SimCall<TRequest, TResponse> : RpcCall<TRequest, TResponse>, IExchange
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    /// <summary>Messages under way in one direction before the writer waits.</summary>
    public const int Window = 64;

    private const int FrameBytes = 40;

    private readonly ClientConnection connection;
    private readonly RpcMethod<TRequest, TResponse> method;
    private readonly RpcCallOptions options;
    private readonly CancellationToken callToken;
    private readonly SimServerCall<TRequest, TResponse> server;
    private readonly Queue<TResponse> responses = new();
    private readonly TaskCompletionSource<RpcMetadata> headers =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CancellationTokenRegistration registration;
    private ITimer? deadline;
    private TaskCompletionSource<TResponse?>? reading;
    private TaskCompletionSource<bool>? writing;
    private CancellationToken cancelledBy;
    private RpcException? failure;
    private bool hasEnded;
    private bool halfClosed;
    private long number;
    private int credit = Window;
    private int read;

    public SimCall(
        SimNetwork network,
        ClientConnection connection,
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions options,
        CancellationToken callToken)
    {
        this.connection = connection;
        this.method = method;
        this.options = options;
        this.callToken = callToken;
        server = new SimServerCall<TRequest, TResponse>(network, this, connection);
    }

    public override RpcMetadata Trailers => trailers;

    private RpcMetadata trailers = RpcMetadata.Empty;

    /// <summary>Sends the head of the call, and the only request together with the half-close if it is
    /// known.</summary>
    public void Start(TRequest? only)
    {
        number = connection.Begin(this);
        registration = callToken.UnsafeRegister(
            static (state, token) => ((SimCall<TRequest, TResponse>)state!).CancelFrom(token), this);
        if (hasEnded)
            return;
        if (options.Timeout is { } limit)
        {
            deadline = connection.Client.Clock.CreateTimer(
                static state => ((SimCall<TRequest, TResponse>)state!).OnDeadline(), this, limit,
                Timeout.InfiniteTimeSpan);
        }

        halfClosed = only is not null;
        connection.Send(
            FrameBytes + (only?.CalculateSize() ?? 0), far => server.Open(far, method, options, only));
    }

    public override async ValueTask WriteAsync(TRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEndedForWriter();
        if (halfClosed)
            throw new RpcException(RpcStatusCode.Internal, "a request was written after the half-close");
        var copy = request.Clone();
        while (credit == 0)
        {
            using var watched = Watch(cancellationToken);
            writing = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            await writing.Task.ConfigureAwait(false);
            ThrowIfEndedForWriter();
        }

        credit--;
        connection.Send(FrameBytes + copy.CalculateSize(), _ => server.Message(copy));
    }

    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!halfClosed && !hasEnded)
            connection.Send(FrameBytes, _ => server.HalfClose());
        halfClosed = true;
        return default;
    }

    public override ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<TResponse?>(cancellationToken);
        if (responses.TryDequeue(out var response))
        {
            GiveCredit();
            return ValueTask.FromResult<TResponse?>(response);
        }

        return hasEnded ? EndAsync() : WaitAsync(cancellationToken);
    }

    public override async ValueTask<RpcMetadata> ResponseHeadersAsync(CancellationToken cancellationToken = default)
    {
        using var watched = Watch(cancellationToken);
        var metadata = await headers.Task.ConfigureAwait(false);
        cancelledBy.ThrowIfCancellationRequested();
        return metadata;
    }

    public override ValueTask DisposeAsync()
    {
        Abandon(new RpcException(RpcStatusCode.Cancelled, "the client cancelled the call"));
        return default;
    }

    /// <inheritdoc/>
    public void Broke(string reason, bool neverSent) =>
        End(new RpcException(RpcStatusCode.Unavailable, reason) { NeverSent = neverSent }, keepResponses: true);

    /// <summary>The server sent initial metadata.</summary>
    public void OnHeaders(RpcMetadata metadata) => headers.TrySetResult(metadata);

    /// <summary>The server sent a response.</summary>
    public void OnResponse(TResponse response)
    {
        if (hasEnded)
            return;
        headers.TrySetResult(RpcMetadata.Empty);
        if (reading is { } waiting)
        {
            reading = null;
            GiveCredit();
            waiting.SetResult(response);
        }
        else
        {
            responses.Enqueue(response);
        }
    }

    /// <summary>The server ended the call.</summary>
    /// <param name="status">With which error; null: OK.</param>
    /// <param name="metadata">The trailers.</param>
    public void OnEnd(RpcException? status, RpcMetadata metadata)
    {
        trailers = metadata;
        End(status, keepResponses: true);
    }

    /// <summary>The server has read so many requests more.</summary>
    public void OnCredit(int more)
    {
        credit += more;
        Release(ref writing)?.SetResult(true);
    }

    private async ValueTask<TResponse?> WaitAsync(CancellationToken cancellationToken)
    {
        using var watched = Watch(cancellationToken);
        if (hasEnded)
            return await EndAsync().ConfigureAwait(false);
        if (reading is not null)
            throw new InvalidOperationException("a read is under way already: one reader at a time");
        reading = new TaskCompletionSource<TResponse?>(TaskCreationOptions.RunContinuationsAsynchronously);
        return await reading.Task.ConfigureAwait(false) ?? await EndAsync().ConfigureAwait(false);
    }

    private void GiveCredit()
    {
        if (++read < Window / 2 || hasEnded)
            return;
        var more = read;
        read = 0;
        connection.Send(FrameBytes, _ => server.OnCredit(more));
    }

    private void OnDeadline() =>
        Abandon(new RpcException(RpcStatusCode.DeadlineExceeded, "the deadline of the call has passed"));

    private void CancelFrom(CancellationToken token)
    {
        if (hasEnded)
            return;
        cancelledBy = token;
        Abandon(new RpcException(RpcStatusCode.Cancelled, "the client cancelled the call"));
    }

    /// <summary>Ends the call from this side, and tells the other one.</summary>
    private void Abandon(RpcException why)
    {
        if (hasEnded)
            return;
        connection.Send(FrameBytes, _ => server.Reset());
        End(why, keepResponses: false);
    }

    private void End(RpcException? why, bool keepResponses)
    {
        if (hasEnded)
            return;
        (hasEnded, failure) = (true, why);
        connection.End(number);
        deadline?.Dispose();
        registration.Unregister();
        if (!keepResponses)
            responses.Clear();
        headers.TrySetResult(RpcMetadata.Empty);
        Release(ref reading)?.SetResult(null);
        Release(ref writing)?.SetResult(false);
    }

    private ValueTask<TResponse?> EndAsync()
    {
        if (cancelledBy.IsCancellationRequested)
            return ValueTask.FromCanceled<TResponse?>(cancelledBy);
        return failure is null ? default : ValueTask.FromException<TResponse?>(Again(failure));
    }

    private void ThrowIfEndedForWriter()
    {
        if (!hasEnded)
            return;
        cancelledBy.ThrowIfCancellationRequested();
        throw failure is { } status
            ? Again(status)
            : new RpcException(RpcStatusCode.Cancelled, "the server ended the call before this request was sent");
    }

    private CancellationTokenRegistration Watch(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? cancellationToken.UnsafeRegister(
                static (state, token) => ((SimCall<TRequest, TResponse>)state!).CancelFrom(token), this)
            : default;

    private static T? Release<T>(ref T? waiting)
        where T : class
    {
        var released = waiting;
        waiting = null;
        return released;
    }

    private static RpcException Again(RpcException status) =>
        new(status.Code, status.Detail, status.Trailers) { NeverSent = status.NeverSent };
}
