using Divvy.Core.Identity;

namespace Divvy.Client.Http;

/// <summary>What a caller says about a request that goes through <see cref="ShardRoutingHandler"/>.</summary>
public static class ShardRequestExtensions
{
    private static readonly HttpRequestOptionsKey<string> KeyOption = new("Divvy.Key");
    private static readonly HttpRequestOptionsKey<ShardId> ShardOption = new("Divvy.Shard");
    private static readonly HttpRequestOptionsKey<bool> RetryableOption = new("Divvy.Retryable");
    private static readonly HttpRequestOptionsKey<TimeSpan> DeadlineOption = new("Divvy.Deadline");

    /// <summary>The request goes to the shard that covers this key. The header <see cref="ShardHeaders.Key"/> says the
    /// same.</summary>
    public static HttpRequestMessage SetShardKey(this HttpRequestMessage request, string key)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(key);
        request.Options.Set(KeyOption, key);
        return request;
    }

    /// <summary>The request goes to this shard, whatever its key.</summary>
    public static HttpRequestMessage SetShard(this HttpRequestMessage request, ShardId shard)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(ShardOption, shard);
        return request;
    }

    /// <summary>The request may be sent again although it may have been executed: doing it twice does no harm. Methods
    /// that are idempotent by definition (GET, HEAD, PUT, DELETE, OPTIONS, TRACE) need not say so.</summary>
    public static HttpRequestMessage MarkRetryable(this HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(RetryableOption, true);
        return request;
    }

    /// <summary>How long all attempts together may take, instead of
    /// <see cref="ShardRoutingOptions.Deadline"/>.</summary>
    public static HttpRequestMessage SetShardDeadline(this HttpRequestMessage request, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        request.Options.Set(DeadlineOption, deadline);
        return request;
    }

    internal static string? ShardKey(this HttpRequestMessage request) =>
        request.Options.TryGetValue(KeyOption, out var key) ? key
        : request.Headers.TryGetValues(ShardHeaders.Key, out var values) ? values.FirstOrDefault()
        : null;

    internal static ShardId? Shard(this HttpRequestMessage request) =>
        request.Options.TryGetValue(ShardOption, out var shard) ? shard : null;

    internal static bool IsMarkedRetryable(this HttpRequestMessage request) =>
        request.Options.TryGetValue(RetryableOption, out var retryable) && retryable;

    internal static TimeSpan? ShardDeadline(this HttpRequestMessage request) =>
        request.Options.TryGetValue(DeadlineOption, out var deadline) ? deadline : null;
}
