using Divvy.Histories.Linearizability;

namespace Divvy.Histories.KeyValue;

/// <summary>Checks a whole history of the store: unknown outcomes are looked up in the log of events, then the order is tried
/// that the revisions claim, and only when that fails every order is searched. Reads of the past are left out: see
/// <see cref="SnapshotReads"/>.</summary>
public static class KeyValueChecker
{
    /// <summary>Checks a history.</summary>
    /// <param name="history">In any order.</param>
    /// <param name="log">All events up to the end of the history; null: there is no log, unknown outcomes stay unknown.</param>
    /// <param name="options">What the search may cost.</param>
    /// <param name="initial">The state before the history; null: that before the log, or an empty store.</param>
    public static KeyValueVerdict Check(
        IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> history,
        EventLog? log = null,
        CheckOptions? options = null,
        KeyValueState? initial = null)
    {
        IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> present =
            [.. history.Where(operation => operation.Input is not RangeRequest { IsOfThePast: true })];
        if (log is not null)
            present = UnknownOutcomes.Resolve(present, log);
        var model = new KeyValueModel(initial ?? log?.StateAt(log.First - 1));
        if (RevisionOrder.Find(model, present) is { } order)
        {
            var whole = new PartitionResult(CheckOutcome.Linearizable, [.. Enumerable.Range(0, present.Count)], order, []);
            return new KeyValueVerdict(new CheckResult(CheckOutcome.Linearizable, order.Count, [whole]), present, true);
        }

        return new KeyValueVerdict(LinearizabilityChecker.Check(model, present, options), present, false);
    }
}
