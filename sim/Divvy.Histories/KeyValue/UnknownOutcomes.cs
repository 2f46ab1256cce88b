using Divvy.Histories.Linearizability;

namespace Divvy.Histories.KeyValue;

/// <summary>Finds out from the log of events what became of writes whose answers never came. What changed nothing anywhere is
/// dropped; what can only be one revision of the log becomes certain there; the rest stays unknown.</summary>
/// <remarks>The log must reach to the end: nothing of the history may see a revision after it.</remarks>
public static class UnknownOutcomes
{
    /// <summary>The history with fewer unknown outcomes.</summary>
    public static IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> Resolve(
        IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> history, EventLog log)
    {
        var claimed = history
            .Where(operation => operation.Output is { Revision: > 0 } output && ResponseMatch.Changed(operation.Input, output))
            .Select(operation => operation.Output!.Revision)
            .ToHashSet();
        var free = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        for (var revision = log.First; revision <= log.Last; revision++)
        {
            if (claimed.Contains(revision))
                continue;
            foreach (var change in log.EventsAt(revision))
            {
                if (!free.TryGetValue(change.Key, out var revisions))
                    free.Add(change.Key, revisions = []);
                revisions.Add(revision);
            }
        }

        var candidates = history.Select(operation => Candidates(operation, log, free)).ToList();
        var wanted = candidates.OfType<List<long>>().SelectMany(list => list).CountBy(revision => revision).ToDictionary();
        var resolved = new List<Operation<KeyValueRequest, KeyValueResponse>>();
        for (var at = 0; at < history.Count; at++)
        {
            if (candidates[at] is not { } list)
                resolved.Add(history[at]);
            else if (list.Count == 1 && wanted[list[0]] == 1)
                resolved.Add(history[at] with { Output = new SeenResponse(list[0]) });
            else if (list.Count > 0)
                resolved.Add(history[at]);
        }

        return resolved;
    }

    /// <summary>The revisions that the operation may have made. Null: it is not one of those in question.</summary>
    private static List<long>? Candidates(
        Operation<KeyValueRequest, KeyValueResponse> operation, EventLog log, Dictionary<string, List<long>> free)
    {
        var isQuestion = operation.IsOptional || operation.Output is RevokeResponse { Revision: 0 };
        if (!isQuestion)
            return null;
        var keys = Keys(operation.Input) ?? free.Keys.Order(StringComparer.Ordinal);
        var found = keys.SelectMany(key => free.GetValueOrDefault(key) ?? [])
            .Distinct()
            .Where(revision => Makes(operation.Input, log, revision))
            .Order()
            .ToList();

        // An acknowledged revocation happened, and if it left no trace there was nothing to delete.
        return found.Count == 0 && !operation.IsOptional ? null : found;
    }

    private static bool Makes(KeyValueRequest request, EventLog log, long revision)
    {
        var before = log.StateAt(revision - 1);
        return RequestExecution.Run(before, request).After.Equals(log.StateAt(revision));
    }

    /// <summary>The keys that a request can change; null: cannot be said.</summary>
    private static IEnumerable<string>? Keys(KeyValueRequest request) => request switch
    {
        PutRequest put => [put.Key],
        DeleteRequest { Range.IsSingle: true } delete => [delete.Range.Start],
        TxnRequest txn => All(txn.Success.Concat(txn.Failure)),
        RangeRequest => [],
        _ => null,
    };

    private static IEnumerable<string>? All(IEnumerable<KeyValueRequest> requests)
    {
        var keys = requests.Select(Keys).ToList();
        return keys.Contains(null) ? null : keys.SelectMany(list => list!);
    }
}
