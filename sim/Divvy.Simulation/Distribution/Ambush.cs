using Divvy.Core.Identity;
using Divvy.Simulation.Faults;
using Divvy.Simulation.Network;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>Breaks what takes several faults at one moment of a handoff, each aimed at somebody else: faults that come
/// one by one meet in such a moment once in thousands of runs.
/// <para>What is begun ends by itself after a while, whether or not its fault lasts so long; <see cref="EndAsync"/>
/// ends it at once.</para></summary>
internal sealed class Ambush(DistributionCluster cluster)
{
    /// <summary>Within which an instance gets rid of what it has handed over, as a rule.</summary>
    private static readonly TimeSpan dropsWithin = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(5);

    private readonly SimRandom random = cluster.Network.World.Fork("ambush");
    private readonly SortedDictionary<long, Action> lasting = [];
    private readonly List<Task> working = [];
    private bool isOver;
    private long begun;

    private SimWorld World => cluster.Network.World;

    private SimNetwork Network => cluster.Network;

    /// <summary>Who leaves is not heard before a successor under its id may have come. With one server nobody comes as
    /// long as that one stands still.</summary>
    public Action? HoldGoodbyes() => cluster.Servers.Count < 2 ? null : Watch(Moment.Leaving, sighting =>
    {
        if (ServerOf(sighting.Owner) is not { Process: { IsPaused: false } process })
            return;
        process.Pause();
        var settings = cluster.Settings;
        Last(settings.ServerTimeout + settings.SessionTtl + Soon(2_000), process.Resume);
    });

    /// <summary>A server falls behind, and instances that lose a shard meanwhile lose their servers but for this one:
    /// some while they have yet to hear of it, some when they have dropped the shard.</summary>
    public Action Mislead(ServerNode stale)
    {
        var release = stale.HoldWatches();
        var ignore = Watch(Moment.Flipped, sighting =>
        {
            if (sighting.Owner is not { } former || !random.Chance(0.5))
                return;
            if (random.Chance(0.5))
                World.Schedule(Soon(random.Pick([0, 1, 30, 300])), () => PartUnlessOver(former, stale.Name));
            else
                PartOnceDropped(former, sighting.Shard, stale.Name, World.Now + dropsWithin);
        });
        return () =>
        {
            ignore();
            release();
        };
    }

    /// <summary>Who has just become an owner quits; the former owner hears neither of the one nor of the other until
    /// somebody has taken over, or until half of its session's time has passed.</summary>
    public Action SendAwayNewOwners() => Watch(Moment.Flipped, sighting =>
    {
        if (sighting is not { Owner: { } former, Next: { } next }
            || cluster.Instances.GetValueOrDefault(next.Instance.Value) is not { IsUp: true, IsBusy: false } node
            || node.Session != next.Session || lasting.Count > 0)
            return;
        var servers = cluster.Servers.Keys.ToHashSet(StringComparer.Ordinal);
        var name = former.Instance.Value;
        var cut = Network.Cut((from, to) =>
            (from == name && servers.Contains(to)) || (to == name && servers.Contains(from)));
        Part(former, except: null);
        var heal = Last(cluster.Settings.SessionTtl * 0.5, cut.Dispose);
        cluster.Sightings.Await(Moment.TakenOver, _ => heal());
        Quit(node, World.Delay(Soon(2_000)));
    });

    /// <summary>An instance stands still until its session's time is over, by its own clock and perhaps by the store's,
    /// whatever came for it meanwhile.</summary>
    public void Oversleep(InstanceNode instance)
    {
        instance.Process.Pause();
        Last(cluster.Settings.SessionTtl * (0.8 + (random.Fraction() * 0.3)), instance.Process.Resume);
    }

    /// <summary>An instance quits, and starts again after that. What is not done by then is cut short.</summary>
    public void Quit(InstanceNode instance, Task until) => working.Add(QuitAsync(instance, until));

    /// <summary>Ends all that lasts; what still waits for its moment does not begin.</summary>
    public async Task EndAsync()
    {
        isOver = true;
        foreach (var end in lasting.Values.ToArray())
            end();
        await Task.WhenAll(working).ConfigureAwait(false);
    }

    private void PartUnlessOver(SessionRef instance, string except)
    {
        if (!isOver)
            Part(instance, except);
    }

    /// <summary>Looks again and again whether an instance has got rid of a shard; then it reaches one server only, for
    /// a while.</summary>
    private void PartOnceDropped(SessionRef instance, ShardId shard, string except, TimeSpan until)
    {
        if (isOver || World.Now > until
            || cluster.Instances.GetValueOrDefault(instance.Instance.Value) is not { IsUp: true, HasSession: true } node
            || node.Session != instance.Session)
            return;
        if (node.Holds(shard))
        {
            World.Schedule(look, () => PartOnceDropped(instance, shard, except, until));
            return;
        }

        var others = cluster.Servers.Keys.Where(name => name != except).ToHashSet(StringComparer.Ordinal);
        var cut = Network.Cut((from, to) =>
            (from == node.Name && others.Contains(to)) || (to == node.Name && others.Contains(from)));
        Part(instance, except);
        Last(cluster.Settings.SessionTtl * 0.5, cut.Dispose);
    }

    private async Task QuitAsync(InstanceNode instance, Task until)
    {
        instance.IsBusy = true;
        var quitting = instance.QuitAsync();
        await Task.WhenAny(quitting, until).ConfigureAwait(false);
        instance.Process.Crash();
        await quitting.ConfigureAwait(false);
        await until.ConfigureAwait(false);
        instance.IsBusy = false;
        if (cluster.Instances.GetValueOrDefault(instance.Name) == instance)
            cluster.StartInstance(instance.Name);
    }

    private Action Watch(Moment moment, Action<Sighting> act)
    {
        cluster.Sightings.Seen += OnSeen;
        return () => cluster.Sightings.Seen -= OnSeen;

        // Not within what is being told: nothing is ended in the middle of its own work.
        void OnSeen(Sighting sighting)
        {
            if (sighting.Moment == moment)
                World.Schedule(TimeSpan.Zero, () => act(sighting));
        }
    }

    /// <summary>Has something end after a while, or when the result is called, or with everything.</summary>
    private Action Last(TimeSpan span, Action end)
    {
        var number = ++begun;
        lasting.Add(number, End);
        World.Schedule(span, End);
        return End;

        void End()
        {
            if (lasting.Remove(number))
                end();
        }
    }

    /// <summary>Breaks an instance's connections to servers.</summary>
    private void Part(SessionRef instance, string? except)
    {
        foreach (var server in cluster.Servers.Keys.Where(name => name != except))
            Network.Tear(instance.Instance.Value, server);
    }

    private ServerNode? ServerOf(SessionRef? session) =>
        session is { } held && cluster.Records.ServerOf(held) is { } name && cluster.Servers[name].IsUp
            ? cluster.Servers[name]
            : null;

    private TimeSpan Soon(int milliseconds) => random.Exponential(TimeSpan.FromMilliseconds(milliseconds));
}
