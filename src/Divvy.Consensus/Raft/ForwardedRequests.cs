namespace Divvy.Consensus.Raft;

/// <summary>Ids of the requests that were sent to the leader and are not answered. Kept in two generations, so that
/// failing what waits too long costs nothing per request: <see cref="Age"/> gives up what was there at the last
/// <see cref="Age"/> already.</summary>
internal sealed class ForwardedRequests
{
    private SortedSet<ulong> older = [];
    private SortedSet<ulong> newer = [];

    public int Count => older.Count + newer.Count;

    /// <summary>False: the id waits already.</summary>
    public bool Add(ulong request) => !older.Contains(request) && newer.Add(request);

    /// <summary>It was answered. False: nobody waits under this id (any more).</summary>
    public bool Remove(ulong request) => newer.Remove(request) || older.Remove(request);

    public IEnumerable<ulong> TakeAll()
    {
        var all = new SortedSet<ulong>(older);
        all.UnionWith(newer);
        (older, newer) = ([], []);
        return all;
    }

    public IEnumerable<ulong> Age()
    {
        var lost = older;
        (older, newer) = (newer, []);
        return lost;
    }
}
