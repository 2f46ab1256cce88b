namespace Divvy.Client.Http;

/// <summary>How an HttpClient reaches shards.</summary>
public sealed class ShardRoutingOptions
{
    /// <summary>The host name in request URIs that stands for "wherever the shard is": <c>http://shards/orders/7</c>.
    /// Requests to other hosts that name neither key nor shard pass unchanged.</summary>
    public string Host { get; set; } = "shards";

    /// <summary>How long all attempts together may take, waiting for an owner included. Default 10 s.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a request is sent at most. Default 64: what the pauses allow within the default deadline, so
    /// that two instances that point at each other end a request and not the other way round.</summary>
    public int MaxAttempts { get; set; } = 64;

    /// <summary>The first pause between attempts; doubles up to <see cref="RetryMax"/>. A change of the table ends a
    /// pause. Default 5 ms.</summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The longest pause between attempts. Default 250 ms.</summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The largest request body kept for another attempt. Requests with larger ones, and with bodies of
    /// unknown length, are sent again only when nothing was sent. Default 1 MiB.</summary>
    public long MaxBufferedBytes { get; set; } = 1024 * 1024;
}
