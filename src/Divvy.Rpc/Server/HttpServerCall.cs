using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Divvy.Rpc.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Rpc.Server;

/// <summary>The handler's side of a call over HTTP/2: reads frames from the request body, writes frames to the
/// response body, and ends with trailers, or with headers alone when nothing was sent before the failure.</summary>
internal sealed class HttpServerCall<TRequest, TResponse>
    : RpcServerContext, IRpcReader<TRequest>, IRpcWriter<TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    /// <summary>Bytes of responses that wait for those after them, at most.</summary>
    private const int FlushBytes = 64 << 10;

    private readonly IFeatureCollection features;
    private readonly RpcHandler<TRequest, TResponse> handler;
    private readonly int maxMessageSize;
    private readonly CallLifetime lifetime;
    private readonly PipeReader body;
    private readonly PipeWriter responseBody;
    private RpcMetadata? requestMetadata;
    private bool responseBegun;

    public HttpServerCall(
        IFeatureCollection features,
        RpcHandler<TRequest, TResponse> handler,
        int maxMessageSize,
        CallLifetime lifetime)
    {
        this.features = features;
        this.handler = handler;
        this.maxMessageSize = maxMessageSize;
        this.lifetime = lifetime;
        body = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        responseBody = features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
    }

    public override string Method => handler.Path;

    public override RpcMetadata RequestMetadata => requestMetadata ??= ReadMetadata();

    public override string? FindMetadata(string name)
    {
        var values = features.GetRequiredFeature<IHttpRequestFeature>().Headers[name];
        return values.Count == 0 ? null : values[^1];
    }

    public override string Peer =>
        features.Get<IHttpConnectionFeature>() is { } peer ? $"{peer.RemoteIpAddress}:{peer.RemotePort}" : "unknown";

    public override X509Certificate2? ClientCertificate => features.Get<ITlsConnectionFeature>()?.ClientCertificate;

    public override TimeSpan? TimeLeft => lifetime.TimeLeft;

    public override CancellationToken CancellationToken => lifetime.Token;

    /// <summary>Takes a request that is here already, as that of a unary call usually is.</summary>
    public bool TryRead([NotNullWhen(true)] out TRequest? request)
    {
        ReadResult result;
        try
        {
            if (!body.TryRead(out result))
            {
                request = null;
                return false;
            }
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException)
        {
            throw ClientGone(exception);
        }

        return result.IsCanceled ? throw ClientGone(null) : TryTake(result.Buffer, out request);
    }

    public async ValueTask<TRequest?> ReadAsync(CancellationToken cancellationToken = default)
    {
        using var either = Either(ref cancellationToken);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or ConnectionAbortedException)
            {
                throw ClientGone(exception);
            }

            if (result.IsCanceled)
                throw ClientGone(null);
            var left = result.Buffer.Length;
            if (TryTake(result.Buffer, out var request))
                return request;
            if (result.IsCompleted)
                return left == 0 ? null : throw MessageFrame.Truncated(left);
        }
    }

    public ValueTask WriteAsync(TResponse response, CancellationToken cancellationToken = default)
    {
        lifetime.ThrowIfCancelled();
        cancellationToken.ThrowIfCancellationRequested();
        WriteLast(response);
        return FlushAsync(cancellationToken);
    }

    public async ValueTask WriteAsync(
        IReadOnlyList<TResponse> responses, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = 0;
        foreach (var response in responses)
        {
            waiting += Put(response);
            if (waiting < FlushBytes)
                continue;
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            waiting = 0;
        }

        if (waiting > 0)
            await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a response that goes out together with the status.</summary>
    public void WriteLast(TResponse response) => Put(response);

    public override ValueTask WriteHeadersAsync(RpcMetadata headers)
    {
        MetadataHeaders.Check(headers);
        if (responseBegun)
            throw new InvalidOperationException($"{Method}: the initial metadata has been sent already");
        responseBegun = true;
        var sent = features.GetRequiredFeature<IHttpResponseFeature>().Headers;
        for (var i = 0; i < headers.Count; i++)
            sent.Append(headers[i].Key, MetadataHeaders.ToWire(headers[i].Key, headers[i].Value));
        return FlushAsync(default);
    }

    /// <summary>Sends the status. After the client went away there is nobody to send it to.</summary>
    public void Finish(RpcStatus status)
    {
        if (lifetime.Reason == CancelReason.ClientGone)
            return;
        if (!responseBegun && status.Code != RpcStatusCode.OK)
        {
            ResponseStatus.WriteTrailersOnly(features, status);
            return;
        }

        ResponseStatus.WriteTrailers(features, status);
    }

    private int Put(TResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        lifetime.ThrowIfCancelled();
        responseBegun = true;
        var bytes = MessageFrame.Write(response, responseBody);
        handler.Observer?.Sent(bytes);
        return MessageFrame.HeaderSize + bytes;
    }

    private bool TryTake(ReadOnlySequence<byte> buffer, [NotNullWhen(true)] out TRequest? request)
    {
        var encodings = features.GetRequiredFeature<IHttpRequestFeature>().Headers.GrpcEncoding;
        var encoding = encodings.Count == 0 ? null : encodings[0];
        var end = buffer.End;
        var available = buffer.Length;
        if (MessageFrame.TryRead(ref buffer, handler.Method.RequestParser, maxMessageSize, encoding, out request))
        {
            handler.Observer?.Received(available - buffer.Length - MessageFrame.HeaderSize);
            body.AdvanceTo(buffer.Start);
            return true;
        }

        body.AdvanceTo(buffer.Start, end);
        return false;
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        using var either = Either(ref cancellationToken);
        FlushResult result;
        try
        {
            result = await responseBody.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException)
        {
            throw ClientGone(exception);
        }

        if (result.IsCompleted || result.IsCanceled)
            throw ClientGone(null);
    }

    /// <summary>Makes the token one that the call's own end cancels too.</summary>
    private CancellationTokenSource? Either(ref CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || cancellationToken == lifetime.Token)
        {
            cancellationToken = lifetime.Token;
            return null;
        }

        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.Token);
        cancellationToken = source.Token;
        return source;
    }

    private OperationCanceledException ClientGone(Exception? cause)
    {
        // Kestrel breaks the body before it cancels the request's token.
        lifetime.Cancel(CancelReason.ClientGone);
        return new OperationCanceledException($"{Method}: the client is gone", cause, lifetime.Token);
    }

    private RpcMetadata ReadMetadata()
    {
        var entries = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in features.GetRequiredFeature<IHttpRequestFeature>().Headers)
        {
            if (MetadataHeaders.IsReserved(name))
                continue;
            foreach (var value in values)
                MetadataHeaders.AddFromWire(entries, name, value ?? "");
        }

        return entries.Count == 0 ? RpcMetadata.Empty : new RpcMetadata(entries);
    }
}
