namespace Divvy.Streams.Kinesis.Retrying;

/// <summary>How a call that failed for the moment is tried again: pauses that double, with jitter, longer for everybody
/// while the service throttles.</summary>
public sealed class RetryOptions
{
    /// <summary>Tries of one call, the first included. Default 8: with the other defaults they span what a throttled
    /// second needs to pass.</summary>
    public int MaxAttempts { get; set; } = 8;

    /// <summary>The longest first pause. Default 50 ms.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause. Default 5 seconds.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No new try begins when so much time has passed since the first. Default 30 seconds.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromSeconds(30);

    internal IEnumerable<string> Faults()
    {
        if (MaxAttempts < 1)
            yield return $"{nameof(MaxAttempts)} must be at least 1";
        if (BaseDelay < TimeSpan.Zero)
            yield return $"{nameof(BaseDelay)} must not be negative";
        if (MaxDelay < BaseDelay)
            yield return $"{nameof(MaxDelay)} must be at least {nameof(BaseDelay)}";
        if (GiveUpAfter <= TimeSpan.Zero)
            yield return $"{nameof(GiveUpAfter)} must be positive";
    }
}
