using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.Client;

/// <summary>
/// The client's side of a call over HTTP/2.
///
/// The request is sent as soon as the call is opened; its body stays open until the half-close, its response is read
/// message by message, and the status comes with the trailers. The call ends once (<see cref="TryEnd"/>), by whichever
/// comes first: the status of the server, a failure of the transport, the deadline, the caller's token, or disposal.
/// Whatever the cause, ending it releases the timer, the registrations and the HTTP exchange; an exchange that is not
/// over is reset (RST_STREAM, CANCEL), which is how the server learns of it. Exceptions that HttpClient throws
/// afterwards are echoes of that, so they are always translated through the recorded end.
/// </summary>
internal sealed class HttpCall<TRequest, TResponse> : RpcCall<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private readonly HttpChannel channel;
    private readonly HttpRequestMessage request;
    private readonly MessageParser<TResponse> parser;
    private readonly CancellationToken callToken;
    private readonly CancellationTokenSource abort = new();
    private readonly Lock gate = new();
    private Task<HttpResponseMessage?> sending = null!;
    private HttpResponseMessage? response;
    private ResponseFrames? frames;
    private ITimer? deadline;
    private CancellationTokenRegistration callRegistration;
    private CancellationTokenRegistration channelRegistration;
    private CancellationToken cancelledBy;
    private RpcStatus? end;

    public HttpCall(
        HttpChannel channel, HttpRequestMessage request, MessageParser<TResponse> parser, CancellationToken callToken)
    {
        this.channel = channel;
        this.request = request;
        this.parser = parser;
        this.callToken = callToken;
    }

    public override RpcMetadata Trailers => Volatile.Read(ref end)?.Trailers ?? RpcMetadata.Empty;

    public void Start(TimeSpan? timeout, CancellationToken channelToken)
    {
        callRegistration = callToken.UnsafeRegister(
            static (state, token) => ((HttpCall<TRequest, TResponse>)state!).CancelFrom(token), this);
        channelRegistration = channelToken.UnsafeRegister(
            static state => ((HttpCall<TRequest, TResponse>)state!).TryEnd(
                new RpcStatus(RpcStatusCode.Cancelled, "the channel was disposed")),
            this);
        if (timeout <= TimeSpan.Zero)
            OnDeadline();
        else if (timeout is { } limit && limit < TimeSpan.FromDays(49))
            StartDeadline(limit);
        sending = SendAsync();
    }

    public override async ValueTask WriteAsync(TRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEndedForWrite();
        if (this.request.Content is not StreamingContent content)
            throw new InvalidOperationException("the only request of this call has been sent");
        using var registration = Watch(cancellationToken);
        try
        {
            await content.WriteAsync(request, abort.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            await WaitForEndOfStreamAsync(exception).ConfigureAwait(false);
            ThrowIfEndedForWrite();
            throw new RpcException(
                RpcStatusCode.Cancelled,
                "the server ended the call; its status comes after the responses that are not read yet",
                inner: exception);
        }
    }

    public override ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (request.Content as StreamingContent)?.Complete();
        return default;
    }

    public override async ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var registration = Watch(cancellationToken);
        try
        {
            if (await sending.ConfigureAwait(false) is { } answer && Volatile.Read(ref end) is null)
            {
                var message = await Frames(answer).ReadAsync(parser, abort.Token).ConfigureAwait(false);
                if (message is not null)
                    return message;
                TryEnd(ResponseHead.StatusOfTrailers(answer));
            }
        }
        catch (RpcException exception)
        {
            TryEnd(new RpcStatus(exception.Code, exception.Detail));
        }
        catch (Exception exception)
        {
            TryEnd(TransportFailure.StatusOf(exception, channel.Target));
        }

        // Only the reader knows that nothing reads into the buffer any more.
        frames?.Dispose();
        frames = null;
        return AtEnd();
    }

    public override async ValueTask<RpcMetadata> ResponseHeadersAsync(CancellationToken cancellationToken = default)
    {
        using var registration = Watch(cancellationToken);
        if (await sending.ConfigureAwait(false) is { } answer)
            return ResponseHead.MetadataOf(answer.Headers);
        AtEnd();
        return RpcMetadata.Empty;
    }

    public override ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref end) is null)
            TryEnd(new RpcStatus(RpcStatusCode.Cancelled, "the call was disposed before its end"));
        return default;
    }

    /// <summary>Sends the request. Null: the call has ended, with the status in <see cref="end"/>.</summary>
    private async Task<HttpResponseMessage?> SendAsync()
    {
        try
        {
            var answer = await channel.SendAsync(request, abort.Token).ConfigureAwait(false);
            lock (gate)
            {
                if (end is null)
                    response = answer;
            }

            if (response is null)
                answer.Dispose();
            else if (ResponseHead.StatusOf(answer) is { } status)
                TryEnd(status);
            else
                return answer;
        }
        catch (Exception exception)
        {
            TryEnd(TransportFailure.StatusOf(exception, channel.Target));
        }

        return null;
    }

    private ResponseFrames Frames(HttpResponseMessage answer) => frames ??= new ResponseFrames(
        answer.Content.ReadAsStream(),
        channel.MaxReceiveMessageSize,
        ResponseHead.Find(answer.Headers, ProtocolHeaders.Encoding));

    private void TryEnd(RpcStatus status) => TryEndFor(status, CancellationToken.None);

    /// <summary>Records the end; only the first counts. Then lets go of everything the call holds.</summary>
    private void TryEndFor(RpcStatus status, CancellationToken cause)
    {
        lock (gate)
        {
            if (end is not null)
                return;
            cancelledBy = cause;
            channel.OnCallEnded();
            Volatile.Write(ref end, status);
        }

        deadline?.Dispose();
        callRegistration.Unregister();
        channelRegistration.Unregister();
        (request.Content as StreamingContent)?.Abort(new OperationCanceledException("the call has ended"));
        abort.Cancel();
        // Resets the stream unless it is over.
        response?.Dispose();
    }

    private void StartDeadline(TimeSpan limit)
    {
        var timer = channel.TimeProvider.CreateTimer(
            static state => ((HttpCall<TRequest, TResponse>)state!).OnDeadline(),
            this,
            limit,
            Timeout.InfiniteTimeSpan);
        deadline = timer;
        if (Volatile.Read(ref end) is not null)
            timer.Dispose();
    }

    private void OnDeadline() =>
        TryEnd(new RpcStatus(RpcStatusCode.DeadlineExceeded, "the deadline of the call has passed"));

    private void CancelFrom(CancellationToken token) =>
        TryEndFor(new RpcStatus(RpcStatusCode.Cancelled, "the caller cancelled the call"), token);

    private TResponse? AtEnd()
    {
        cancelledBy.ThrowIfCancellationRequested();
        var status = Volatile.Read(ref end)!;
        return status.Code == RpcStatusCode.OK ? null : throw status.ToException();
    }

    private void ThrowIfEndedForWrite()
    {
        if (Volatile.Read(ref end) is not { } status)
            return;
        cancelledBy.ThrowIfCancellationRequested();
        throw status.ToWriteException();
    }

    /// <summary>A write fails when the server has closed the stream, and then its answer is on the way or here. A
    /// failure of the transport ends the call by itself; only an unread answer leaves it open.</summary>
    private async ValueTask WaitForEndOfStreamAsync(Exception exception)
    {
        if (Volatile.Read(ref end) is null && await sending.ConfigureAwait(false) is null)
            TryEnd(TransportFailure.StatusOf(exception, channel.Target));
    }

    private CancellationTokenRegistration Watch(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? cancellationToken.UnsafeRegister(
                static (state, token) => ((HttpCall<TRequest, TResponse>)state!).CancelFrom(token), this)
            : default;
}
