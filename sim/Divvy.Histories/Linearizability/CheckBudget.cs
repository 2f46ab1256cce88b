namespace Divvy.Histories.Linearizability;

/// <summary>What is left to spend. The clock is read once in a while only.</summary>
internal sealed class CheckBudget(CheckOptions options)
{
    private const long StepsBetweenLooks = 4096;

    private readonly long began = options.Clock.GetTimestamp();
    private int remembered;
    private bool late;

    public long Steps { get; private set; }

    public bool IsSpent => late || Steps >= options.StepLimit || remembered >= options.MemoLimit;

    public void CountStep()
    {
        Steps++;
        if (options.TimeLimit is { } limit && Steps % StepsBetweenLooks == 0)
            late |= options.Clock.GetElapsedTime(began) > limit;
    }

    public void CountMemo() => remembered++;
}
