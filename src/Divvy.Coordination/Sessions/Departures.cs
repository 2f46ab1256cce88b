using Divvy.Core.Identity;

namespace Divvy.Coordination.Sessions;

/// <summary>Sessions that said goodbye to this server, so that their end is not taken for a failure. Bounded;
/// thread-safe.
/// </summary>
internal sealed class Departures
{
    public const int Capacity = 4_096;

    private readonly Lock gate = new();
    private readonly Queue<SessionId> order = [];
    private readonly HashSet<SessionId> noted = [];

    public void Note(SessionId session)
    {
        lock (gate)
        {
            if (!noted.Add(session))
                return;
            order.Enqueue(session);
            if (order.Count > Capacity)
                noted.Remove(order.Dequeue());
        }
    }

    public bool Contains(SessionId session)
    {
        lock (gate)
            return noted.Contains(session);
    }
}
