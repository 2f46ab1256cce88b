namespace Divvy.Core.Hosting;

/// <summary>Limits and times of a host. All times in milliseconds.</summary>
public sealed record HostMachineOptions
{
    /// <summary>How many handler calls may run at once; calls that outlived <see cref="HandlerTimeoutMs"/> do not
    /// count, so that a stuck shard does not block the others. Default 16.</summary>
    public int MaxConcurrentHandlers { get; init; } = 16;

    /// <summary>After this a call is given up where that is safe: PrepareAdd, Add and Drop have their token cancelled,
    /// PrepareDrop is only warned of, because an exclusive shard waits for it. Default 30 s.</summary>
    public long HandlerTimeoutMs { get; init; } = 30_000;

    /// <summary>The wait before a failed call is tried again; doubles up to <see cref="RetryMaxMs"/>. Default 200
    /// ms.</summary>
    public long RetryFirstMs { get; init; } = 200;

    /// <summary>The longest wait before a failed call is tried again. Default 5 s.</summary>
    public long RetryMaxMs { get; init; } = 5_000;

    /// <summary>An acknowledgement a server waits for is repeated this often while its role lasts. Default 1
    /// s.</summary>
    public long AckRepeatMs { get; init; } = 1_000;

    /// <summary>How long requests are sent on after a shard moved away (R17); a router learns of a move much sooner.
    /// Default 5 s.</summary>
    public long ForwardForMs { get; init; } = 5_000;

    /// <summary>A request waits here at most this long, whatever its own deadline. Default 10 s.</summary>
    public long MaxWaitMs { get; init; } = 10_000;

    /// <summary>How many requests may wait for one shard. Default 1,024.</summary>
    public int MaxWaitingPerShard { get; init; } = 1_024;

    /// <summary>How many requests may wait in all. Default 16,384.</summary>
    public int MaxWaiting { get; init; } = 16_384;

    /// <summary>A shard lost with requests inside (no yield: a lost lease, an affinity flip) is dropped after they
    /// left, or after this. Default 5 s.</summary>
    public long DropGraceMs { get; init; } = 5_000;

    /// <summary>Part of a granted TTL that is not used (R18). Default 0.1: crystal clocks drift by at most about 0.0002
    /// each, so this covers a check that comes late, too. Must be at least <see cref="DriftRateSum"/>.</summary>
    public double MarginFraction { get; init; } = 0.1;

    /// <summary>The least margin. Default 50 ms.</summary>
    public long MinMarginMs { get; init; } = 50;

    /// <summary>By how much the store's clock and this one may drift apart, per unit of time. Default 0.001.</summary>
    public double DriftRateSum { get; init; } = 0.001;

    /// <summary>Heartbeats that may be unanswered; the acknowledgement of an older one is not counted. Default
    /// 64.</summary>
    public int MaxOutstandingHeartbeats { get; init; } = 64;

    /// <summary>What of a granted TTL is not used.</summary>
    public long MarginMs(long ttlMs) =>
        Math.Max(MinMarginMs, (long)Math.Ceiling(ttlMs * Math.Max(MarginFraction, DriftRateSum)));

    /// <summary>Every value that is out of range, as sentences; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Positive(MaxConcurrentHandlers, nameof(MaxConcurrentHandlers), errors);
        Positive(HandlerTimeoutMs, nameof(HandlerTimeoutMs), errors);
        Positive(RetryFirstMs, nameof(RetryFirstMs), errors);
        Positive(AckRepeatMs, nameof(AckRepeatMs), errors);
        Positive(MaxWaitMs, nameof(MaxWaitMs), errors);
        Positive(MaxOutstandingHeartbeats, nameof(MaxOutstandingHeartbeats), errors);
        if (RetryMaxMs < RetryFirstMs)
        {
            errors.Add($"{nameof(RetryMaxMs)} must be at least {nameof(RetryFirstMs)}.");
        }

        if (MarginFraction < DriftRateSum || MarginFraction >= 1)
        {
            errors.Add($"{nameof(MarginFraction)} must be at least {nameof(DriftRateSum)} and below 1.");
        }

        if (MaxWaiting < 0 || MaxWaitingPerShard < 0 || ForwardForMs < 0 || DropGraceMs < 0 || MinMarginMs < 0)
        {
            errors.Add("Limits and times must not be negative.");
        }

        return errors;
    }

    private static void Positive(long value, string name, List<string> errors)
    {
        if (value <= 0)
        {
            errors.Add($"{name} must be above 0.");
        }
    }
}
