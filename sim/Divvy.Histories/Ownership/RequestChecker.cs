namespace Divvy.Histories.Ownership;

/// <summary>The second promise: <c>requests.failed</c>, no request of a patient client fails while shards are only moved as
/// planned. Not thread-safe.</summary>
/// <param name="grace">How long after a disruption its failures may still show: the time it takes to notice and recover.
/// </param>
public sealed class RequestChecker(TimeSpan grace)
{
    private readonly List<(string Client, string Shard, TimeSpan Invoked, TimeSpan Returned, string Error)> failed = [];
    private readonly List<(TimeSpan From, TimeSpan To)> disruptions = [];

    /// <summary>Requests seen: a run without any proves nothing.</summary>
    public long Requests { get; private set; }

    /// <summary>A request ended within the patience of its client.</summary>
    /// <param name="client">Whose it was.</param>
    /// <param name="shard">For which shard.</param>
    /// <param name="invoked">When it began.</param>
    /// <param name="returned">When it ended.</param>
    /// <param name="error">What it failed with; null: it was served.</param>
    public void Observe(string client, string shard, TimeSpan invoked, TimeSpan returned, string? error)
    {
        Requests++;
        if (error is not null)
            failed.Add((client, shard, invoked, returned, error));
    }

    /// <summary>Something happened that nobody planned: a crash, a partition, a pause.</summary>
    public void ObserveDisruption(TimeSpan from, TimeSpan to) => disruptions.Add((from, to));

    public IReadOnlyList<Violation> Verdict() =>
        [.. from request in failed
            where !disruptions.Exists(one => request.Invoked < one.To + grace && request.Returned > one.From)
            select new Violation(
                "requests.failed",
                $"{request.Client} asked shard {request.Shard} while nothing was wrong: {request.Error}",
                request.Returned)];
}
