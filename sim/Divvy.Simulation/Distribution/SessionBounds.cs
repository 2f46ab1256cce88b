using Divvy.Core.Identity;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>
/// Whether instances stop to believe in their sessions before these are over in the store (R18). It looks at the
/// clocks of both sides, now and then, and at the end of each session: what an instance believes too long is a fault
/// although nobody took over meanwhile.
/// </summary>
/// <param name="world">Where it happens.</param>
/// <param name="granted">How long, in true time, the store will still count a session that is not renewed; null: nobody
/// counts it now.</param>
/// <param name="report">Where violations go.</param>
internal sealed class SessionBounds(SimWorld world, Func<SessionId, TimeSpan?> granted, RunReport report)
{
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(100);

    private readonly List<IShardOwner> lives = [];

    public void Add(IShardOwner instance)
    {
        lives.Add(instance);
        instance.Process.Crashed += () => lives.Remove(instance);
    }

    /// <summary>Begins to look.</summary>
    public void Start() => world.Schedule(look, () =>
    {
        foreach (var instance in lives)
            Check(instance);
        Start();
    });

    /// <summary>A session's key is gone: from here on anybody may take over what it had.</summary>
    public void Ended(SessionRef session)
    {
        foreach (var instance in lives.Where(life => life.HasSession && life.Session == session.Session))
            report.Violated("lease bound", $"{instance.Life} still believes in {session}, which is over in the store");
    }

    private void Check(IShardOwner instance)
    {
        if (!instance.HasSession || granted(instance.Session) is not { } left)
            return;
        var believed = instance.Belief / (1 + ((SimClock)instance.Process.Clock).Drift);
        if (believed > left)
        {
            report.Violated(
                "lease bound",
                FormattableString.Invariant($"{instance.Life} believes in its session for another")
                    + FormattableString.Invariant($" {believed.TotalSeconds:F3} s, and the store ends it in")
                    + FormattableString.Invariant($" {left.TotalSeconds:F3} s"));
        }
    }
}
