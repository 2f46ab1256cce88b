namespace Divvy.Client.Listing;

/// <summary>How long a <see cref="ListedShardClient"/> tries.</summary>
public sealed record ListedShardClientOptions
{
    /// <summary>Time for a whole call, over all servers. Default 10 s, as for a request of a router.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one server may take before the next is tried. Default 3 s: a store elects a new leader within
    /// that.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The pause after all servers failed once; doubles up to <see cref="RetryMax"/>. Default 50 ms.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause. Default 1 s.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Throws an <see cref="ArgumentException"/> that lists everything that is wrong.</summary>
    internal void Validate()
    {
        List<string> errors = [];
        if (Timeout <= TimeSpan.Zero)
            errors.Add($"{nameof(Timeout)} is {Timeout}, it has to be above 0");
        if (ServerTimeout <= TimeSpan.Zero)
            errors.Add($"{nameof(ServerTimeout)} is {ServerTimeout}, it has to be above 0");
        if (RetryMin <= TimeSpan.Zero || RetryMax < RetryMin)
            errors.Add($"{nameof(RetryMin)} {RetryMin} has to be above 0 and at most {nameof(RetryMax)} {RetryMax}");
        if (errors.Count > 0)
            throw new ArgumentException(string.Join("; ", errors));
    }
}
