using Divvy.Core.Identity;
using Divvy.Simulation.Runs;
using Divvy.Simulation.Stores;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>
/// Whether instances stop to believe in their sessions before these are over in the store (R18). It looks at the
/// clocks of both sides, now and then, and at the end of each session: what an instance believes too long is a fault
/// although nobody took over meanwhile.
/// </summary>
internal sealed class SessionBounds(SimWorld world, StoreCluster store, RunReport report)
{
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(100);

    private readonly List<InstanceNode> lives = [];

    public void Add(InstanceNode instance)
    {
        lives.Add(instance);
        instance.Process.Crashed += () => lives.Remove(instance);
    }

    /// <summary>Begins to look.</summary>
    public void Start() => world.Schedule(look, () =>
    {
        if (Leader() is { } leader)
        {
            foreach (var instance in lives)
                Check(instance, leader);
        }

        Start();
    });

    /// <summary>A session's key is gone: from here on anybody may take over what it had.</summary>
    public void Ended(SessionRef session)
    {
        foreach (var instance in lives.Where(life => life.HasSession && life.Session == session.Session))
            report.Violated("lease bound", $"{instance.Life} still believes in {session}, which is over in the store");
    }

    private void Check(InstanceNode instance, StoreMember leader)
    {
        if (!instance.HasSession || leader.Store!.LeftOf(instance.Session.Value) is not { } left)
            return;
        var believed = InTrueTime(instance.Belief, instance.Process);
        var granted = InTrueTime(left, leader.Process!);
        if (believed > granted)
        {
            report.Violated(
                "lease bound",
                FormattableString.Invariant($"{instance.Life} believes in its session for another")
                    + FormattableString.Invariant($" {believed.TotalSeconds:F3} s, and the store ends it in")
                    + FormattableString.Invariant($" {granted.TotalSeconds:F3} s"));
        }
    }

    /// <summary>The member that counts the leases. A former leader may still believe that it does, but it has heard of
    /// no renewals since: nobody counts while the newest term has none.</summary>
    private StoreMember? Leader()
    {
        var newest = store.Members.Where(member => member.IsUp).MaxBy(member => member.Store!.RaftView.Term.Value);
        return newest is null ? null : store.Members.FirstOrDefault(member => member.IsUp
            && member.Store!.RaftView.Term == newest.Store!.RaftView.Term
            && member.Store.RaftView.Leader.Value == member.Store.MemberId);
    }

    private static TimeSpan InTrueTime(TimeSpan local, SimProcess process) =>
        local / (1 + ((SimClock)process.Clock).Drift);
}
