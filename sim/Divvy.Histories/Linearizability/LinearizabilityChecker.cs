namespace Divvy.Histories.Linearizability;

/// <summary>Whether a history could have come from one object that does one operation at a time, each between its call and its
/// return (Herlihy and Wing, Linearizability, 1990).</summary>
public static class LinearizabilityChecker
{
    /// <summary>Looks for an order that explains every answer.</summary>
    /// <param name="model">What the object may do.</param>
    /// <param name="history">In any order.</param>
    /// <param name="options">What it may cost; null: the defaults.</param>
    public static CheckResult Check<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        CheckOptions? options = null)
        where TState : notnull
        where TInput : class
        where TOutput : class
    {
        var budget = new CheckBudget(options ?? new CheckOptions());
        var results = new List<PartitionResult>();
        foreach (var part in model.Partition(history))
        {
            int[] positions = [.. Search<TState, TInput, TOutput>.Number(history, part)];
            var search = new Search<TState, TInput, TOutput>(
                model, positions.Select(position => history[position]), budget);
            var outcome = search.Run();
            results.Add(new PartitionResult(
                outcome,
                part,
                [.. search.Longest.Select(number => positions[number])],
                [.. search.Blocked.Select(number => positions[number])]));
            if (outcome == CheckOutcome.Illegal)
                break;
        }

        return new CheckResult(Worst(results), budget.Steps, results);
    }

    private static CheckOutcome Worst(List<PartitionResult> results)
    {
        if (results.Exists(part => part.Outcome == CheckOutcome.Illegal))
            return CheckOutcome.Illegal;
        return results.Exists(part => part.Outcome == CheckOutcome.Unknown)
            ? CheckOutcome.Unknown
            : CheckOutcome.Linearizable;
    }
}
