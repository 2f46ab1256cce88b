namespace Divvy.Histories.Linearizability;

/// <summary>The configurations that were tried: a set of operations and the state they led to. Lowe's observation is that
/// coming to one a second time, by another order, cannot lead anywhere new.</summary>
internal sealed class Memo<TState>(IEqualityComparer<TState> states)
    where TState : notnull
{
    private readonly Dictionary<ulong, int> newestByHash = [];
    private readonly List<Entry> entries = [];

    /// <summary>Remembers a configuration. False: it was here before.</summary>
    public bool Add(OperationSet set, TState state)
    {
        var window = set.Window();
        var hash = set.Hash ^ ((ulong)(uint)states.GetHashCode(state) * 0x9E3779B97F4A7C15);
        var newest = newestByHash.GetValueOrDefault(hash, -1);
        for (var at = newest; at >= 0; at = entries[at].Older)
        {
            var entry = entries[at];
            if (entry.Window.AsSpan().SequenceEqual(window) && states.Equals(entry.State, state))
                return false;
        }

        newestByHash[hash] = entries.Count;
        entries.Add(new Entry(window, state, newest));
        return true;
    }

    private readonly record struct Entry(ulong[] Window, TState State, int Older);
}
