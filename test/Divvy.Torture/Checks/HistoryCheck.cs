using Divvy.Client.Etcd;
using Divvy.Histories;
using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;
using Divvy.Histories.Watching;
using Divvy.Torture.Load;

namespace Divvy.Torture.Checks;

/// <summary>Puts everything that was answered in a round into one order: the calls of all clients are linearizable, reads of the
/// past and watches agree with the log of events. Rounds follow each other: one begins with the state, and with the lost
/// writes, that the last one ended with.</summary>
public sealed class HistoryCheck(string directory, params string[] ownPrefixes)
{
    /// <summary>Writes of nobody's in particular: the members' own, as those of a server's elections.</summary>
    private const int Others = 0;

    private KeyValueState state = KeyValueState.Empty;
    private List<Operation<KeyValueRequest, KeyValueResponse>> lost = [];

    /// <summary>Calls judged so far.</summary>
    public long Calls { get; private set; }

    /// <summary>Rounds in which the order that the revisions claim was not enough, and all orders were searched.</summary>
    public int Searches { get; private set; }

    /// <summary>The last revision that was judged.</summary>
    public long Revision => state.Revision;

    /// <summary>The log of a round.</summary>
    /// <param name="events">The events of a revision.</param>
    /// <param name="upTo">The last revision of the round.</param>
    public EventLog Log(Func<long, IReadOnlyList<WatchEvent>> events, long upTo)
    {
        var log = new EventLog(state);
        while (log.Last < upTo)
            log.Append(log.Last + 1, [.. events(log.Last + 1).Select(StoreCalls.Event)]);
        return log;
    }

    /// <summary>Judges a round and goes on to the next.
    /// <exception cref="TortureViolation">A promise was broken; a picture of the history is in the run's directory.</exception>
    /// </summary>
    public void Check(
        int round,
        EventLog log,
        IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> calls,
        SnapshotReads reads,
        WatchChecker watches,
        TimeSpan now)
    {
        var verdict = KeyValueChecker.Check([.. lost, .. calls, .. ForeignWrites(log)], log);
        Calls += calls.Count;
        Searches += verdict.ByRevision ? 0 : 1;
        if (verdict.Outcome != CheckOutcome.Linearizable)
            throw new TortureViolation($"{verdict.Failure}; drawn in {Draw(round, verdict, log)}");
        List<Violation> violations = [.. log.Verdict(now), .. reads.Verdict(log), .. watches.Verdict(log)];
        if (violations.Count > 0)
        {
            throw new TortureViolation(
                $"{violations.Count} promises broken: {string.Join("; ", violations.Take(5))}");
        }

        KeepLost(verdict, calls);
        state = log.StateAt(log.Last);
    }

    /// <summary>A write whose answer never came may still come to pass, however late; one that was seen may not again.</summary>
    private void KeepLost(KeyValueVerdict verdict, IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> calls)
    {
        var seen = verdict.Checked.Where(call => call.Output is SeenResponse)
            .Select(call => (call.Client, call.Invoked)).ToHashSet();
        lost = [.. lost.Concat(calls).Where(call => call.IsOptional && !seen.Contains((call.Client, call.Invoked)))];
    }

    private string Draw(int round, KeyValueVerdict verdict, EventLog log)
    {
        var file = Path.Combine(directory, "history.html");
        Directory.CreateDirectory(directory);
        File.WriteAllText(file, verdict.Draw($"Round {round}", new KeyValueModel(log.StateAt(log.First - 1))));
        return file;
    }

    private IEnumerable<Operation<KeyValueRequest, KeyValueResponse>> ForeignWrites(EventLog log)
    {
        for (var revision = log.First; revision <= log.Last; revision++)
        {
            var events = log.EventsAt(revision);
            if (events.Any(change => ownPrefixes.Any(prefix => change.Key.StartsWith(prefix, StringComparison.Ordinal))))
                continue;
            var writes = events.Select(change => (KeyValueRequest)(change.IsDelete
                ? new DeleteRequest(new KeyRange(change.Key))
                : new PutRequest(change.Key, change.Record.Value, change.Record.Lease)));
            yield return new Operation<KeyValueRequest, KeyValueResponse>(
                Others, new TxnRequest([], [.. writes], []), TimeSpan.Zero, new SeenResponse(revision), null);
        }
    }
}
