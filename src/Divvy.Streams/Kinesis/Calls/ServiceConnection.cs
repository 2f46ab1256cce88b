using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Amazon.Runtime;
using Divvy.Streams.Kinesis.Retrying;
using Divvy.Streams.Kinesis.Signing;

namespace Divvy.Streams.Kinesis.Calls;

/// <summary>Sends one signed request and says what came back: a pool of connections, the credentials, and what is known
/// of the service's clock. Thread-safe.</summary>
internal sealed class ServiceConnection : IDisposable
{
    private const string TargetPrefix = "Kinesis_20131202.";
    private const string ContentType = "application/x-amz-json-1.1";
    private static readonly TimeSpan connectTimeout = TimeSpan.FromSeconds(5);

    // Addresses of the service change; its load balancers and the emulators close idle connections.
    private static readonly TimeSpan connectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan connectionIdle = TimeSpan.FromSeconds(4);

    private readonly HttpClient http;
    private readonly ServiceEndpoint endpoint;
    private readonly RequestSigner signer;
    private readonly CredentialSource credentials;
    private readonly TimeProvider clock;
    private readonly TimeSpan timeout;
    private long skewTicks;

    public ServiceConnection(KinesisClientOptions options)
    {
        endpoint = ServiceEndpoint.Resolve(options.Endpoint, options.Region);
        signer = new RequestSigner(endpoint.Region, "kinesis");
        credentials = new CredentialSource(options.Credentials);
        clock = options.TimeProvider;
        timeout = options.Timeout;
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = connectTimeout,
            PooledConnectionLifetime = connectionLifetime,
            PooledConnectionIdleTimeout = connectionIdle,
            MaxConnectionsPerServer = options.MaxConnections,
            EnableMultipleHttp2Connections = true,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>For messages.</summary>
    public ServiceEndpoint Endpoint => endpoint;

    /// <summary>Sends a request and reads the whole answer, within the time limit of a try.</summary>
    public Task<Attempt<byte[]>> SendAsync(string operation, byte[] body, CancellationToken cancellationToken) =>
        SendAsync(
            operation,
            body,
            static (answer, limit, _) => answer.ReadAsByteArrayAsync(limit.Token),
            cancellationToken);

    /// <summary>Sends a request and lets the answer be read, within the time limit of a try, which the reader may stop
    /// and begin anew.</summary>
    public async Task<Attempt<T>> SendAsync<T>(
        string operation,
        byte[] body,
        Func<HttpContent, TimeLimit, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        var (response, error) = await OpenAsync(operation, body, HttpVersion.Version11, limit.Token, cancellationToken)
            .ConfigureAwait(false);
        if (response is null)
            return new Attempt<T>(default, error);
        using (response)
        {
            try
            {
                return new Attempt<T>(
                    await read(response.Content, limit, cancellationToken).ConfigureAwait(false), null);
            }
            catch (Exception failure) when (IsNoAnswer(failure, cancellationToken))
            {
                return new Attempt<T>(default, NoAnswer(failure));
            }
        }
    }

    /// <summary>Sends a request whose answer is a stream of events; the time limit of a try ends with its head.
    /// </summary>
    public async Task<Attempt<HttpResponseMessage>> SubscribeAsync(
        string operation, byte[] body, CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        return await OpenAsync(operation, body, HttpVersion.Version20, limit.Token, cancellationToken)
            .ConfigureAwait(false);
    }

    public void Dispose() => http.Dispose();

    private TimeLimit Limit(CancellationToken cancellationToken) => new(timeout, clock, cancellationToken);

    private async Task<Attempt<HttpResponseMessage>> OpenAsync(
        string operation, byte[] body, Version version, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            var signedAs = await credentials.GetAsync(limit).ConfigureAwait(false);
            using var request = Request(operation, body, version, signedAs);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return new Attempt<HttpResponseMessage>(response, null);
            using (response)
            {
                var error = await RefusalAsync(response, limit).ConfigureAwait(false);
                return new Attempt<HttpResponseMessage>(
                    null, await PrepareNextAsync(error, response, signedAs, limit).ConfigureAwait(false));
            }
        }
        catch (Exception failure) when (IsNoAnswer(failure, cancellationToken))
        {
            return new Attempt<HttpResponseMessage>(null, NoAnswer(failure));
        }
    }

    private HttpRequestMessage Request(
        string operation, byte[] body, Version version, ImmutableCredentials signedAs)
    {
        var time = clock.GetUtcNow() + new TimeSpan(Interlocked.Read(ref skewTicks));
        var date = time.UtcDateTime.ToString(RequestSigner.TimeFormat, CultureInfo.InvariantCulture);
        var target = TargetPrefix + operation;
        List<KeyValuePair<string, string>> signed =
        [
            new("content-type", ContentType), new("host", endpoint.Host), new("x-amz-date", date),
        ];
        if (signedAs.UseToken)
            signed.Add(new("x-amz-security-token", signedAs.Token));
        signed.Add(new("x-amz-target", target));
        var authorization = signer.Authorize(new SignableRequest("POST", "/", "", signed, body), signedAs, time);

        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Address)
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        request.Headers.Host = endpoint.Host;
        request.Headers.TryAddWithoutValidation("X-Amz-Date", date);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        if (signedAs.UseToken)
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", signedAs.Token);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    private async Task<ServiceError> RefusalAsync(HttpResponseMessage response, CancellationToken limit)
    {
        var body = await response.Content.ReadAsByteArrayAsync(limit).ConfigureAwait(false);
        var type = response.Headers.TryGetValues("x-amzn-ErrorType", out var values) ? values.First() : null;
        var skew = response.Headers.Date - (clock.GetUtcNow() + new TimeSpan(Interlocked.Read(ref skewTicks)));
        return ServiceError.FromAnswer((int)response.StatusCode, type, body, skew);
    }

    // What the next try needs: other credentials, or the service's time. Without them it would fail in the same way.
    private async Task<ServiceError> PrepareNextAsync(
        ServiceError error, HttpResponseMessage response, ImmutableCredentials signedAs, CancellationToken limit)
    {
        if (error.Kind == FailureKind.ClockSkewed && response.Headers.Date is { } serviceTime)
            Interlocked.Exchange(ref skewTicks, (serviceTime - clock.GetUtcNow()).Ticks);
        if (error.Kind == FailureKind.CredentialsExpired
            && !await credentials.RefreshAsync(signedAs, limit).ConfigureAwait(false))
            return error with { Kind = FailureKind.Final };
        return error;
    }

    private static bool IsNoAnswer(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException
        || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private ServiceError NoAnswer(Exception failure) => ServiceError.NoAnswer(
        failure is OperationCanceledException
            ? $"no answer from {endpoint.Address} within {timeout.TotalSeconds:0.###} s"
            : $"no answer from {endpoint.Address}: {failure.Message}",
        failure);
}
