namespace Divvy.Histories.Linearizability;

/// <summary>How much a check may cost before it answers <see cref="CheckOutcome.Unknown"/>.</summary>
public sealed record CheckOptions
{
    /// <summary>Steps of the model in all. Default 20 million: seconds to a minute, depending on the model.</summary>
    public long StepLimit { get; init; } = 20_000_000;

    /// <summary>Configurations remembered in all. Default 2 million, about 300 MB.</summary>
    public int MemoLimit { get; init; } = 2_000_000;

    /// <summary>Time in all, by <see cref="Clock"/>. Default: none, so that the answer depends on nothing but the history.
    /// </summary>
    public TimeSpan? TimeLimit { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
