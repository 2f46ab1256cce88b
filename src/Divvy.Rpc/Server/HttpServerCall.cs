using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Divvy.Rpc.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Divvy.Rpc.Server;

/// <summary>The handler's side of a call over HTTP/2: reads frames from the request body, writes frames to the
/// response body, and ends with trailers, or with headers alone when nothing was sent before the failure.</summary>
internal sealed class HttpServerCall<TRequest, TResponse>
    : RpcServerContext, IRpcReader<TRequest>, IRpcWriter<TResponse>
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>, new()
{
    private readonly HttpContext http;
    private readonly RpcHandler<TRequest, TResponse> handler;
    private readonly int maxMessageSize;
    private readonly CallLifetime lifetime;
    private readonly string? encoding;
    private RpcMetadata? requestMetadata;
    private bool responseBegun;

    public HttpServerCall(
        HttpContext http, RpcHandler<TRequest, TResponse> handler, int maxMessageSize, CallLifetime lifetime)
    {
        this.http = http;
        this.handler = handler;
        this.maxMessageSize = maxMessageSize;
        this.lifetime = lifetime;
        var encodings = http.Request.Headers[ProtocolHeaders.Encoding];
        encoding = encodings.Count == 0 ? null : encodings[0];
    }

    public override string Method => handler.Path;

    public override RpcMetadata RequestMetadata => requestMetadata ??= ReadMetadata();

    public override string? FindMetadata(string name)
    {
        var values = http.Request.Headers[name];
        return values.Count == 0 ? null : values[^1];
    }

    public override string Peer => $"{http.Connection.RemoteIpAddress}:{http.Connection.RemotePort}";

    public override X509Certificate2? ClientCertificate => http.Connection.ClientCertificate;

    public override TimeSpan? TimeLeft => lifetime.TimeLeft;

    public override CancellationToken CancellationToken => lifetime.Token;

    public async ValueTask<TRequest?> ReadAsync(CancellationToken cancellationToken = default)
    {
        using var either = Either(ref cancellationToken);
        var body = http.Request.BodyReader;
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
            var buffer = result.Buffer;
            var available = buffer.Length;
            var parser = handler.Method.RequestParser;
            if (MessageFrame.TryRead(ref buffer, parser, maxMessageSize, encoding, out var request))
            {
                handler.Observer?.Received(available - buffer.Length - MessageFrame.HeaderSize);
                body.AdvanceTo(buffer.Start);
                return request;
            }

            var left = buffer.Length;
            body.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return left == 0 ? null : throw MessageFrame.Truncated(left);
        }
    }

    public ValueTask WriteAsync(TResponse response, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        lifetime.ThrowIfCancelled();
        cancellationToken.ThrowIfCancellationRequested();
        responseBegun = true;
        var bytes = MessageFrame.Write(response, http.Response.BodyWriter);
        handler.Observer?.Sent(bytes);
        return handler.SingleResponse ? default : FlushAsync(cancellationToken);
    }

    public override ValueTask WriteHeadersAsync(RpcMetadata headers)
    {
        MetadataHeaders.Check(headers);
        if (responseBegun)
            throw new InvalidOperationException($"{Method}: the initial metadata has been sent already");
        responseBegun = true;
        for (var i = 0; i < headers.Count; i++)
            http.Response.Headers.Append(headers[i].Key, MetadataHeaders.ToWire(headers[i].Key, headers[i].Value));
        return FlushAsync(default);
    }

    /// <summary>Sends the status. After the client went away there is nobody to send it to.</summary>
    public void Finish(RpcStatus status)
    {
        if (lifetime.Reason == CancelReason.ClientGone)
            return;
        if (!responseBegun && status.Code != RpcStatusCode.OK)
        {
            ResponseStatus.WriteTrailersOnly(http.Response, status);
            return;
        }

        ResponseStatus.WriteTrailers(http.Response, status);
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        using var either = Either(ref cancellationToken);
        FlushResult result;
        try
        {
            result = await http.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
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
        foreach (var (name, values) in http.Request.Headers)
        {
            if (MetadataHeaders.IsReserved(name))
                continue;
            foreach (var value in values)
                MetadataHeaders.AddFromWire(entries, name, value ?? "");
        }

        return entries.Count == 0 ? RpcMetadata.Empty : new RpcMetadata(entries);
    }
}
