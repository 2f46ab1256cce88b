using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Simulation.Faults;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>Tells what happens in handoffs as it is seen in the store, to faults and operators that wait for it.
/// </summary>
internal sealed class Sightings(SimWorld world, RecordBook records)
{
    private readonly List<(Moment Moment, Action<Sighting> Act)> waiting = [];

    /// <summary>Told of every moment.</summary>
    public event Action<Sighting>? Seen;

    /// <summary>Begins to look.</summary>
    public void Start() => records.Changed += (before, after) =>
    {
        var (was, now) = (before.Record, after.Record);
        if (MomentOf(was, now) is { } moment)
            Tell(new Sighting(moment, now.Shard, was.Owner, now.Next ?? was.Next ?? now.Owner));
    };

    /// <summary>An instance is about to give its session back.</summary>
    public void Leaves(SessionRef session) => Tell(new Sighting(Moment.Leaving, default, session, null));

    /// <summary>Calls back when this moment is next seen, once.</summary>
    public void Await(Moment moment, Action<Sighting> act) => waiting.Add((moment, act));

    /// <summary>Nothing is waited for any more.</summary>
    public void Forget() => waiting.Clear();

    private static Moment? MomentOf(ShardRecord before, ShardRecord after)
    {
        if (before.Phase == after.Phase)
            return before.Owner is not null && before.Owner != after.Owner ? Moment.TakenOver : null;
        return (before.Phase, after.Phase) switch
        {
            (_, ShardPhase.Preparing) => Moment.Preparing,
            (_, ShardPhase.Yielding) => Moment.Yielding,
            (_, ShardPhase.Stable) when before.Owner == after.Owner => Moment.Cancelled,
            (ShardPhase.Yielding, ShardPhase.Stable) when before.Next == after.Owner => Moment.Flipped,
            (_, ShardPhase.Stable) => Moment.TakenOver,
            _ => null,
        };
    }

    private void Tell(Sighting sighting)
    {
        var due = waiting.FindAll(one => one.Moment == sighting.Moment);
        waiting.RemoveAll(one => one.Moment == sighting.Moment);
        // Not within what is being told: a process is not ended in the middle of its own work.
        foreach (var (_, act) in due)
            world.Schedule(TimeSpan.Zero, () => act(sighting));
        Seen?.Invoke(sighting);
    }
}
