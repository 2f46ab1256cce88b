namespace Divvy.Client.Etcd;

/// <summary>Exponential pauses between rounds over the endpoints, with jitter over their upper half, so that clients
/// that failed together do not return together.</summary>
internal static class RetryBackoff
{
    /// <summary>Beyond this many doublings the maximum is reached whatever the base.</summary>
    private const int MaxDoublings = 30;

    /// <param name="round">How many rounds over all endpoints failed, from 1.</param>
    /// <param name="lowest">The pause after the first round.</param>
    /// <param name="highest">The longest pause.</param>
    /// <param name="dice">Uniform in [0, 1).</param>
    public static TimeSpan Pause(int round, TimeSpan lowest, TimeSpan highest, double dice)
    {
        var doubled = lowest * Math.Pow(2, Math.Clamp(round - 1, 0, MaxDoublings));
        return (doubled < highest ? doubled : highest) * (0.5 + (dice / 2));
    }
}
