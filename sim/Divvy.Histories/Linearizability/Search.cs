namespace Divvy.Histories.Linearizability;

/// <summary>The search of Wing and Gong with Lowe's memory, over one part of a history.</summary>
/// <remarks>
/// Calls and returns lie in a list by their instants. From the head on, each call before the first return is a candidate for
/// the next place in the order: all of them were under way at once. A candidate whose answer the model allows is taken out of
/// the list with its return, and the search begins again at the head. Whoever reaches a return has tried all candidates in
/// vain: the last one placed is put back, and the next candidate of that place is tried. The search ends when nothing is left
/// that must have happened, or when there is nothing to put back.
/// Sources: Wing and Gong, Testing and verifying concurrent objects, 1993; Lowe, Testing for linearizability, 2017; the
/// loop without recursion follows Porcupine's description.
/// </remarks>
internal sealed class Search<TState, TInput, TOutput>
    where TState : notnull
    where TInput : class
    where TOutput : class
{
    private readonly IModel<TState, TInput, TOutput> model;
    private readonly CheckBudget budget;

    /// <summary>Operations by their number, that is by the instant of their call, the optional ones last.</summary>
    private readonly Operation<TInput, TOutput>[] operations;
    private readonly EntryList entries;
    private readonly OperationSet placed;
    private readonly DeadlineQueue deadlines;
    private readonly Memo<TState> memo;
    private readonly Stack<(int Operation, TState Before)> order = new();
    private TState state;
    private int[] longest = [];
    private int longestRequired = -1;
    private int[] blocked = [];

    public Search(
        IModel<TState, TInput, TOutput> model, IEnumerable<Operation<TInput, TOutput>> part, CheckBudget budget)
    {
        this.model = model;
        this.budget = budget;
        operations = [.. part];
        var required = operations.Count(operation => !operation.IsOptional);
        entries = new EntryList(
            [.. operations.Select(operation => operation.Invoked)],
            [.. operations.Select(ReturnOf)]);
        placed = new OperationSet(required, operations.Length - required);
        deadlines = new DeadlineQueue(
            [.. operations.Take(required).Select(operation => model.LatestProgress(operation.Input, operation.Output!))]);
        memo = new Memo<TState>(model.States);
        state = model.Initial;
    }

    /// <summary>The best order found, as numbers.</summary>
    public IReadOnlyList<int> Longest => longest;

    public IReadOnlyList<int> Blocked => blocked;

    /// <summary>The numbering a search expects: by call, what need not have happened last.</summary>
    public static IEnumerable<int> Number(
        IReadOnlyList<Operation<TInput, TOutput>> history, IReadOnlyList<int> part) =>
        part.OrderBy(position => history[position].IsOptional).ThenBy(position => history[position].Invoked);

    public CheckOutcome Run()
    {
        var entry = entries.First;
        while (entries.Required > 0)
        {
            if (budget.IsSpent)
            {
                KeepIfLongest();
                return CheckOutcome.Unknown;
            }

            if (!entries.IsBarrier(entry))
            {
                entry = TryPlace(entries.OperationOf(entry)) ? entries.First : entries.After(entry);
                continue;
            }

            KeepIfLongest();
            if (order.Count == 0)
                return CheckOutcome.Illegal;
            entry = TakeBack();
        }

        longest = Order();
        blocked = [];
        return CheckOutcome.Linearizable;
    }

    private bool TryPlace(int number)
    {
        // One that need not happen waits for a gap: a revision that nothing else has to begin at.
        if (operations[number].IsOptional && model.Progress(state) >= deadlines.Earliest(placed))
            return false;
        budget.CountStep();
        if (!TryStep(operations[number], out var next))
            return false;
        placed.Flip(number);
        if (model.Progress(next) > deadlines.Earliest(placed) || !memo.Add(placed, next))
        {
            placed.Flip(number);
            deadlines.Reopen(number);
            return false;
        }

        budget.CountMemo();
        order.Push((number, state));
        state = next;
        entries.Remove(number);
        return true;
    }

    private bool TryStep(Operation<TInput, TOutput> operation, out TState next)
    {
        if (operation.Output is { } output)
            return model.TryStep(state, operation.Input, output, out next);

        // One that changes nothing might as well never have happened.
        next = model.Apply(state, operation.Input);
        return !model.States.Equals(next, state);
    }

    private int TakeBack()
    {
        var (number, before) = order.Pop();
        state = before;
        placed.Flip(number);
        deadlines.Reopen(number);
        entries.Restore(number);
        return entries.AfterCallOf(number);
    }

    private void KeepIfLongest()
    {
        var required = deadlines.Count - entries.Required;
        if (required <= longestRequired)
            return;
        longestRequired = required;
        longest = Order();
        blocked = [.. entries.Blocked()];
    }

    /// <summary>What is certain but never answered returns after everything.</summary>
    private static TimeSpan? ReturnOf(Operation<TInput, TOutput> operation) =>
        operation.IsOptional ? null : operation.Returned ?? TimeSpan.MaxValue;

    private int[] Order() => [.. order.Reverse().Select(step => step.Operation)];
}
