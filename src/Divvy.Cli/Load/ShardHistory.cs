namespace Divvy.Cli.Load;

/// <summary>What requests saw of one shard.</summary>
/// <remarks>The gap of a shard is the longest time somebody waited for it: from when a request was due to the first
/// answer from the shard that followed, be it the answer of this request or, if it failed, of a later one.</remarks>
internal sealed class ShardHistory
{
    private TimeSpan? unansweredSince;
    private TimeSpan firstAnswerOfNewest;
    private long newest;

    public TimeSpan Gap { get; private set; }

    /// <summary>Whether answers came under more than one generation.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Answers of an older generation to requests sent after a newer one had answered: another owner served
    /// after it had lost the shard. Must be 0 in an exclusive namespace.</summary>
    public int StaleAnswers { get; private set; }

    /// <param name="sample">The answer.</param>
    /// <param name="counts">Whether its waiting counts, or only what it says of the owner.</param>
    public void Answered(in LoadSample sample, bool counts = true)
    {
        var since = unansweredSince < sample.Due ? unansweredSince.Value : sample.Due;
        unansweredSince = null;
        if (counts)
            Widen(sample.Ended - since);
        if (sample.Generation > newest)
        {
            HasMoved |= newest != 0;
            newest = sample.Generation;
            firstAnswerOfNewest = sample.Ended;
        }
        else if (sample.Generation < newest && sample.Sent > firstAnswerOfNewest)
        {
            StaleAnswers++;
        }
    }

    public void Failed(in LoadSample sample)
    {
        if (!(unansweredSince <= sample.Due))
            unansweredSince = sample.Due;
    }

    /// <summary>The run is over: whoever still waits has waited until now.</summary>
    public void End(TimeSpan now)
    {
        if (unansweredSince is { } since)
            Widen(now - since);
    }

    private void Widen(TimeSpan gap) => Gap = gap > Gap ? gap : Gap;
}
