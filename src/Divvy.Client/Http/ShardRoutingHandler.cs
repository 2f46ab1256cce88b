using System.Globalization;
using System.Net;
using Divvy.Client.Etcd;
using Divvy.Client.Routing;
using Divvy.Core.Routing;

namespace Divvy.Client.Http;

/// <summary>Sends each request to the instance that owns its shard, and again when the shard has moved.
/// Thread-safe.</summary>
/// <remarks>
/// A request names its key (<see cref="ShardRequestExtensions.SetShardKey"/> or the header
/// <see cref="ShardHeaders.Key"/>) or its shard; scheme and host of its URI are replaced by the owner's. It carries
/// what the table knew, so that an instance that knows less waits for the news and one that knows more says so with 421
/// (R16). Attempts are repeated after 421, after a 503 of a shard host, and after failures of the connection, as
/// <c>RetryRules</c> allow, until the deadline. A shard without an owner is waited for.
/// </remarks>
public sealed class ShardRoutingHandler : DelegatingHandler
{
    private readonly ShardRouter router;
    private readonly ShardRoutingOptions options;
    private readonly TimeProvider time;
    private readonly Random dice;

    /// <param name="router">Knows where shards are. Not disposed here.</param>
    /// <param name="options">The defaults when null. Read at every request.</param>
    /// <param name="time">The clock of deadlines and pauses; the system's when null.</param>
    /// <param name="dice">Where the jitter of pauses comes from; the system's when null.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message names each.</exception>
    public ShardRoutingHandler(
        ShardRouter router, ShardRoutingOptions? options = null, TimeProvider? time = null, Random? dice = null)
    {
        ArgumentNullException.ThrowIfNull(router);
        this.router = router;
        this.options = options ?? new ShardRoutingOptions();
        this.time = time ?? TimeProvider.System;
        this.dice = dice ?? Random.Shared;
        if (ShardRoutingOptionsValidator.Errors(this.options).ToList() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
    }

    /// <exception cref="HttpRequestException">No attempt succeeded before the deadline; the message says of which
    /// shard, the inner exception is the last attempt's.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Shard() is null && request.ShardKey() is null)
        {
            if (request.RequestUri?.Host == options.Host)
                throw new InvalidOperationException(
                    $"{request.RequestUri} names no shard: call request.SetShardKey(key)"
                        + $" or set the header {ShardHeaders.Key}");
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        var deadline = request.ShardDeadline() ?? options.Deadline;
        var journey = new Journey(request, await TryBufferAsync(request, cancellationToken).ConfigureAwait(false));
        using var late = new CancellationTokenSource(deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await SendAsync(journey, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(
                $"{journey.Describe(router)} was not answered within {deadline.TotalSeconds:0.###} s"
                    + $" and {journey.Attempts} attempts; {journey.LastReason}",
                journey.LastFailure);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Journey journey, CancellationToken cancellationToken)
    {
        while (true)
        {
            var table = router.Table;
            journey.RefuseKeyIn(table, router);
            if (journey.Find(table) is not { Address: { } address } entry)
            {
                journey.LastReason = "it has no owner";
                await router.WaitForChangeAsync(table, cancellationToken).ConfigureAwait(false);
                continue;
            }
            journey.Attempts++;
            Direct(journey.Request, entry, address);
            var response = await TrySendAsync(journey, cancellationToken).ConfigureAwait(false);
            if (response is not null)
            {
                if (journey.Attempts >= options.MaxAttempts
                    || !RetryRules.MayRetry(journey.Request, response, journey.IsResendable))
                    return response;
                journey.LastReason = $"{address} answered {(int)response.StatusCode}";
                if (MisdirectedHint.Read(response, entry) is { } hint)
                    router.Learn(hint);
                response.Dispose();
            }
            ClientMetrics.Retries.Add(
                1, new("namespace", router.Namespace), new("reason", Journey.RetryReason(response)));
            await PauseAsync(journey, table, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null: the connection failed and another attempt is allowed.</summary>
    private async Task<HttpResponseMessage?> TrySendAsync(Journey journey, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(journey.Request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException failure) when (journey.Attempts < options.MaxAttempts
            && RetryRules.MayRetry(journey.Request, failure, journey.IsResendable))
        {
            journey.LastFailure = failure;
            journey.LastReason = failure.Message;
            return null;
        }
    }

    /// <summary>Waits for a newer table, at most for a pause that grows with the attempts. A hint has made it newer
    /// already; only a request that goes back and forth pauses all the same.</summary>
    private async Task PauseAsync(Journey journey, RoutingTable seen, CancellationToken cancellationToken)
    {
        const int AttemptsWithoutPause = 4;
        var pause = RetryBackoff.Pause(journey.Attempts, options.RetryMin, options.RetryMax, dice.NextDouble());
        if (journey.Attempts > AttemptsWithoutPause)
        {
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            return;
        }
        using var over = new CancellationTokenSource(pause, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await router.WaitForChangeAsync(seen, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The pause is over.
        }
    }

    private void Direct(HttpRequestMessage request, RouteEntry entry, string address)
    {
        var target = new Uri(address);
        request.RequestUri = new UriBuilder(request.RequestUri!)
        {
            Scheme = target.Scheme,
            Host = target.Host,
            Port = target.Port,
        }.Uri;
        var headers = request.Headers;
        Set(headers, ShardHeaders.Namespace, router.Namespace);
        Set(headers, ShardHeaders.Shard, entry.Shard.Value);
        Set(headers, ShardHeaders.Generation, entry.Generation.Value.ToString(CultureInfo.InvariantCulture));
        Set(headers, ShardHeaders.Revision, entry.Revision.Value.ToString(CultureInfo.InvariantCulture));
        if (ShardScope.Current is { } within)
            Set(headers, ShardHeaders.Within, within);
    }

    private static void Set(System.Net.Http.Headers.HttpRequestHeaders headers, string name, string value)
    {
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>Keeps the body for another attempt. False: it is too large, or its length is not known.</summary>
    private async Task<bool> TryBufferAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not { } content)
            return true;
        if (content.Headers.ContentLength is not { } length || length > options.MaxBufferedBytes)
            return false;
        await content.LoadIntoBufferAsync(options.MaxBufferedBytes, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>One request over all its attempts.</summary>
    private sealed class Journey(HttpRequestMessage request, bool isResendable)
    {
        private readonly string? key = request.ShardKey();
        private readonly Core.Identity.ShardId? shard = request.Shard();

        public HttpRequestMessage Request => request;

        public bool IsResendable => isResendable;

        public int Attempts { get; set; }

        public string LastReason { get; set; } = "no attempt was made";

        public Exception? LastFailure { get; set; }

        public RouteEntry? Find(RoutingTable table) => shard is { } named ? table.Find(named) : table.Find(key);

        /// <exception cref="HttpRequestException">The request names a key, and no key leads anywhere here.</exception>
        public void RefuseKeyIn(RoutingTable table, ShardRouter router)
        {
            if (table.IsListed && shard is null)
            {
                throw new HttpRequestException(
                    $"{request.Method} for key '{key}' of {router.Namespace}: the namespace lists its shards by"
                        + " name, so no key leads to one; name the shard with request.SetShard(...) or the header"
                        + $" {ShardHeaders.Shard}");
            }
        }

        public string Describe(ShardRouter router)
        {
            var about = shard is { } named ? $"shard {named}"
                : Find(router.Table) is { } entry ? $"key '{key}' (shard {entry.Shard})"
                : $"key '{key}' (no shard covers it in a table of {router.Table.Count} shards)";
            return $"{request.Method} for {about} of {router.Namespace}";
        }

        public static string RetryReason(HttpResponseMessage? response) => response?.StatusCode switch
        {
            null => "connection",
            HttpStatusCode.MisdirectedRequest => "misdirected",
            _ => "unavailable",
        };
    }
}
