namespace Divvy.Histories.Linearizability;

/// <summary>Calls and returns in the order of their instants, as a doubly linked list on arrays: what is taken out remembers
/// its neighbours, so that it can be put back in the reverse order in constant time.</summary>
internal sealed class EntryList
{
    /// <summary>What an operation has for a return when it need not have happened.</summary>
    public const int None = -1;

    private readonly int[] next;
    private readonly int[] previous;
    private readonly int[] operationOf;
    private readonly bool[] isReturn;
    private readonly int[] callOf;
    private readonly int[] returnOf;
    private readonly int head;

    /// <param name="invoked">The instant of each call.</param>
    /// <param name="returned">The instant of each return, MaxValue: after everything, null: there is none.</param>
    public EntryList(IReadOnlyList<TimeSpan> invoked, IReadOnlyList<TimeSpan?> returned)
    {
        var count = invoked.Count;
        var entries = new List<(TimeSpan At, bool IsReturn, int Operation)>(2 * count);
        for (var operation = 0; operation < count; operation++)
        {
            entries.Add((invoked[operation], false, operation));
            if (returned[operation] is { } at)
                entries.Add((at, true, operation));
        }

        // Calls first among equals: operations that touch are concurrent. An operation's own call stays before its return.
        entries.Sort();
        head = entries.Count;
        next = new int[head + 1];
        previous = new int[head + 1];
        operationOf = new int[head];
        isReturn = new bool[head];
        callOf = new int[count];
        returnOf = new int[count];
        Array.Fill(returnOf, None);
        for (var entry = 0; entry < head; entry++)
        {
            (_, isReturn[entry], operationOf[entry]) = entries[entry];
            (isReturn[entry] ? returnOf : callOf)[operationOf[entry]] = entry;
        }

        for (var entry = 0; entry <= head; entry++)
        {
            next[entry] = entry == head ? 0 : entry + 1;
            previous[entry] = entry == 0 ? head : entry - 1;
        }

        Required = returnOf.Count(entry => entry != None);
    }

    /// <summary>Operations in the list that must have happened.</summary>
    public int Required { get; private set; }

    public int First => next[head];

    public int After(int entry) => next[entry];

    public int AfterCallOf(int operation) => next[callOf[operation]];

    /// <summary>Nothing behind this can be tried: a return whose operation has to come before it, or the end.</summary>
    public bool IsBarrier(int entry) => entry == head || isReturn[entry];

    public int OperationOf(int entry) => operationOf[entry];

    public void Remove(int operation)
    {
        Unlink(callOf[operation]);
        if (returnOf[operation] == None)
            return;
        Unlink(returnOf[operation]);
        Required--;
    }

    /// <summary>Undoes the last <see cref="Remove"/> that is not undone yet.</summary>
    public void Restore(int operation)
    {
        if (returnOf[operation] != None)
        {
            Relink(returnOf[operation]);
            Required++;
        }

        Relink(callOf[operation]);
    }

    /// <summary>Operations that were called before the first return in the list and must have happened; the one that returned
    /// first is first.</summary>
    public IReadOnlyList<int> Blocked()
    {
        var waiting = new List<int>();
        for (var entry = First; entry != head; entry = next[entry])
        {
            if (isReturn[entry])
                break;
            if (returnOf[operationOf[entry]] != None)
                waiting.Add(operationOf[entry]);
        }

        return [.. waiting.OrderBy(operation => returnOf[operation])];
    }

    private void Unlink(int entry)
    {
        next[previous[entry]] = next[entry];
        previous[next[entry]] = previous[entry];
    }

    private void Relink(int entry)
    {
        next[previous[entry]] = entry;
        previous[next[entry]] = entry;
    }
}
