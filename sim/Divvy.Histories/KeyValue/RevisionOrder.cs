using Divvy.Histories.Linearizability;

namespace Divvy.Histories.KeyValue;

/// <summary>The order that the answers themselves claim: by revision, at each revision first the write that made it, then the
/// reads that saw it by the instant of their call. If that order explains every answer and agrees with real time, the history
/// is linearizable, and no search was needed. If not, nothing is said.</summary>
public static class RevisionOrder
{
    /// <summary>The order as positions of the history; null: it proves nothing.</summary>
    public static IReadOnlyList<int>? Find(
        KeyValueModel model, IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> history)
    {
        var required = Enumerable.Range(0, history.Count).Where(at => !history[at].IsOptional).ToList();
        if (required.Exists(at => history[at].Output!.Revision == 0))
            return null;
        var order = required
            .OrderBy(at => history[at].Output!.Revision)
            .ThenBy(at => ResponseMatch.Changed(history[at].Input, history[at].Output!) ? 0 : 1)
            .ThenBy(at => history[at].Invoked)
            .ToList();
        return IsRealTime(order, history) && Explains(model, order, history) ? order : null;
    }

    private static bool Explains(
        KeyValueModel model, List<int> order, IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> history)
    {
        var state = model.Initial;
        foreach (var at in order)
        {
            if (!model.TryStep(state, history[at].Input, history[at].Output!, out state))
                return false;
        }

        return true;
    }

    /// <summary>Nothing that comes later in the order had returned before something earlier was called.</summary>
    private static bool IsRealTime(
        List<int> order, IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> history)
    {
        var firstReturn = TimeSpan.MaxValue;
        for (var at = order.Count - 1; at >= 0; at--)
        {
            var operation = history[order[at]];
            if (firstReturn < operation.Invoked)
                return false;
            if (operation.Returned < firstReturn)
                firstReturn = operation.Returned.Value;
        }

        return true;
    }
}
