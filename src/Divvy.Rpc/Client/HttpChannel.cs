using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Divvy.Rpc.Protocol;
using Google.Protobuf;

namespace Divvy.Rpc.Client;

/// <summary>A channel to one address over HTTP/2: with prior knowledge for <c>http</c>, by ALPN for <c>https</c>.
/// Connections are made when calls need them, shared by all calls, and made anew after they were lost; a call that
/// cannot be carried ends with <see cref="RpcStatusCode.Unavailable"/>. Thread-safe. Disposing the channel ends its
/// calls.</summary>
public sealed class HttpChannel : IRpcChannel
{
    private readonly HttpMessageInvoker invoker;
    private readonly HttpChannelOptions options;
    private readonly CancellationTokenSource disposed = new();
    private int activeCalls;

    /// <param name="address">Scheme, host and port; a path is not part of an address.</param>
    /// <param name="options">Limits, TLS and times; the defaults when null.</param>
    /// <exception cref="ArgumentException">The address is not an absolute http or https URI.</exception>
    public HttpChannel(Uri address, HttpChannelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"'{address}' is not an http or https address", nameof(address));
        this.options = options ?? new();
        Target = address.GetLeftPart(UriPartial.Authority);
        invoker = new HttpMessageInvoker(CreateHandler(this.options));
    }

    public string Target { get; }

    /// <summary>Calls that have neither ended nor been disposed.</summary>
    internal int ActiveCalls => Volatile.Read(ref activeCalls);

    internal TimeProvider TimeProvider => options.TimeProvider;

    internal int MaxReceiveMessageSize => options.MaxReceiveMessageSize;

    /// <inheritdoc/>
    public RpcCall<TRequest, TResponse> Open<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        Start<TRequest, TResponse>(
            method.Path, method.ResponseParser, new StreamingContent(), options, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RpcCall<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        RpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        ArgumentNullException.ThrowIfNull(request);
        var content = SingleMessageContent.Create(request);
        return new(Start<TRequest, TResponse>(method.Path, method.ResponseParser, content, options, cancellationToken));
    }

    public ValueTask DisposeAsync()
    {
        disposed.Cancel();
        invoker.Dispose();
        return default;
    }

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        invoker.SendAsync(request, cancellationToken);

    internal void OnCallEnded() => Interlocked.Decrement(ref activeCalls);

    private static SocketsHttpHandler CreateHandler(HttpChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (options.TrustedAuthorities is { } authorities)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(authorities);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        if (options.ClientCertificate is { } certificate)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, true);
        return handler;
    }

    private HttpCall<TRequest, TResponse> Start<TRequest, TResponse>(
        string path,
        MessageParser<TResponse> parser,
        HttpContent content,
        RpcCallOptions? options,
        CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
        options ??= RpcCallOptions.Default;
        MetadataHeaders.Check(options.Metadata);
        var request = CreateRequest(path, content, options);
        Interlocked.Increment(ref activeCalls);
        var call = new HttpCall<TRequest, TResponse>(this, request, parser, cancellationToken);
        call.Start(options.Timeout, disposed.Token);
        return call;
    }

    private HttpRequestMessage CreateRequest(string path, HttpContent content, RpcCallOptions options)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Target + path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("Content-Type", ProtocolHeaders.ContentType);
        var headers = request.Headers;
        // HttpClient checks the server's certificate against this name.
        headers.Host = this.options.ServerName;
        headers.TryAddWithoutValidation("User-Agent", ProtocolHeaders.UserAgent);
        headers.TryAddWithoutValidation("TE", "trailers");
        if (options.Timeout is { } timeout)
            headers.TryAddWithoutValidation(ProtocolHeaders.Timeout, TimeoutHeader.Format(timeout));
        for (var i = 0; i < options.Metadata.Count; i++)
        {
            var (name, value) = options.Metadata[i];
            headers.TryAddWithoutValidation(name, MetadataHeaders.ToWire(name, value));
        }

        return request;
    }
}
