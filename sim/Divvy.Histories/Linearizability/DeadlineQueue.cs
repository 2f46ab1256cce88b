namespace Divvy.Histories.Linearizability;

/// <summary>Until which progress of the state the operations without a place can still get one: the least of their
/// <see cref="IModel{TState, TInput, TOutput}.LatestProgress"/>.</summary>
internal sealed class DeadlineQueue
{
    private readonly long[] deadlines;
    private readonly int[] byDeadline;
    private readonly int[] rankOf;
    private int cursor;

    public DeadlineQueue(long[] deadlines)
    {
        this.deadlines = deadlines;
        byDeadline = [.. Enumerable.Range(0, deadlines.Length).OrderBy(operation => deadlines[operation])];
        rankOf = new int[deadlines.Length];
        for (var rank = 0; rank < byDeadline.Length; rank++)
            rankOf[byDeadline[rank]] = rank;
    }

    public int Count => deadlines.Length;

    /// <summary>The least deadline of an operation that is not in the set.</summary>
    public long Earliest(OperationSet placed)
    {
        while (cursor < byDeadline.Length && placed.Contains(byDeadline[cursor]))
            cursor++;
        return cursor < byDeadline.Length ? deadlines[byDeadline[cursor]] : long.MaxValue;
    }

    /// <summary>The operation has left the set again.</summary>
    public void Reopen(int operation)
    {
        if (operation < rankOf.Length)
            cursor = Math.Min(cursor, rankOf[operation]);
    }
}
