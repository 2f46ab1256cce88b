using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>
/// The network of a world. Hosts are known by the names of the processes on them, so a process that starts again is
/// reached as the one before it; what was on its way to the one before it is lost.
/// <para>Each direction between two hosts is a <see cref="SimLink"/> with a condition of its own, so partitions may be
/// partial and one-sided. Two kinds of traffic go over the same links: datagrams (<see cref="Send"/>), which may be
/// lost, doubled and overtaken, for what claims to bear that; and connections (<see cref="Dial"/>), which deliver in
/// order and completely or break, as TCP does.</para>
/// <para>When a process ends, its operating system resets its connections, unless the machine went with it
/// (<see cref="HalfOpen"/>): then the other ends hear nothing.</para>
/// </summary>
internal sealed class SimNetwork
{
    private readonly SimWorld world;
    private readonly SimRandom random;
    private readonly Dictionary<(string From, string To), SimLink> links = [];
    private readonly List<Disturbance> disturbances = [];
    private readonly Dictionary<string, SimProcess> hosts = [];
    private readonly Dictionary<(SimProcess Process, Type Kind), object> listeners = [];
    private readonly Dictionary<(string From, string To), List<SimConnection>> connections = [];

    public SimNetwork(SimWorld world)
    {
        this.world = world;
        random = world.Fork("network");
    }

    public SimWorld World => world;

    /// <summary>The condition of links that nothing disturbs. To be set before anything is sent.</summary>
    public LinkCondition Usual { get; init; } = LinkCondition.Good;

    /// <summary>How much longer than usual packets are under way between two hosts that nothing disturbs; null: not at
    /// all. To be set before anything is sent.</summary>
    public Func<string, string, TimeSpan>? Distance { get; init; }

    /// <summary>Share of crashes that take the machine with them, so that connections are not reset.</summary>
    public double HalfOpen { get; set; }

    /// <summary>Packets handed to it.</summary>
    public long Packets { get; private set; }

    /// <summary>Lets something in a process be reached: one listener of each kind.</summary>
    public void Listen<T>(SimProcess process, T listener)
        where T : class
    {
        hosts[process.Name] = process;
        listeners[(process, typeof(T))] = listener;
        process.Crashed += () => listeners.Remove((process, typeof(T)));
    }

    /// <summary>What listens in a process; null: nothing of that kind.</summary>
    public T? ListenerOf<T>(SimProcess process)
        where T : class =>
        (T?)listeners.GetValueOrDefault((process, typeof(T)));

    /// <summary>The process on a host now; null: none runs.</summary>
    public SimProcess? On(string host) =>
        hosts.GetValueOrDefault(host) is { IsAlive: true } process ? process : null;

    public SimLink Link(string from, string to)
    {
        if (!links.TryGetValue((from, to), out var link))
            links.Add((from, to), link = new SimLink(world, random, ConditionOf(from, to)));
        return link;
    }

    /// <summary>Changes the condition of some links until the result is disposed of. Several changes of one link add
    /// up.</summary>
    /// <param name="where">Which links, by the names of both hosts; links that are used first later are asked about
    /// then.</param>
    /// <param name="how">What becomes of their condition.</param>
    public IDisposable Disturb(
        Func<string, string, bool> where, Func<LinkCondition, LinkCondition> how)
    {
        var disturbance = new Disturbance(this, where, how);
        disturbances.Add(disturbance);
        Refresh();
        return disturbance;
    }

    /// <summary>Lets nothing pass some links until the result is disposed of.</summary>
    public IDisposable Cut(Func<string, string, bool> where) =>
        Disturb(where, static condition => condition with { IsCut = true });

    /// <summary>All links are as usual again, and nothing is held back.</summary>
    public void HealAll()
    {
        disturbances.Clear();
        Refresh();
        foreach (var link in links.Values)
            link.Unclog();
    }

    /// <summary>Sends a datagram.</summary>
    /// <param name="from">Who sends; nothing happens if it is not alive.</param>
    /// <param name="to">The host.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="deliver">Runs in the process on that host when it arrives, perhaps twice, perhaps never.</param>
    /// <param name="refused">Runs in the sender if nothing ran on that host, and the word of it came back.</param>
    /// <param name="mayRepeat">Whether it may arrive twice.</param>
    public void Send(
        SimProcess from,
        string to,
        long bytes,
        Action<SimProcess> deliver,
        Action? refused = null,
        bool mayRepeat = true)
    {
        if (!from.IsAlive)
            return;
        Packets++;
        var link = Link(from.Name, to);
        if (link.CarryDatagram(bytes) is { } delay)
            world.Schedule(delay, Arrive);
        if (mayRepeat && link.Duplicates() && link.CarryDatagram(bytes) is { } second)
            world.Schedule(second, Arrive);

        void Arrive()
        {
            if (On(to) is { } target)
                target.Deliver(() => deliver(target));
            else if (refused is not null && Link(to, from.Name).Carry(0) is { } back)
                from.Schedule(back, refused);
        }
    }

    /// <summary>Begins a connection. It can be used at once: what is sent waits until the other side is
    /// reached.</summary>
    public ConnectionEnd Dial(SimProcess from, string to)
    {
        if (!connections.TryGetValue((from.Name, to), out var open))
            connections.Add((from.Name, to), open = []);
        open.RemoveAll(static connection => !connection.Near.IsOpen);
        var connection = new SimConnection(this, from, to);
        open.Add(connection);
        return connection.Near;
    }

    /// <summary>Breaks the connections between two hosts, as whatever stands between them does that forgets them. Both
    /// sides are told at once, and what was under way is lost.</summary>
    public void Tear(string one, string other)
    {
        foreach (var pair in new[] { (one, other), (other, one) })
        {
            foreach (var connection in connections.GetValueOrDefault(pair) ?? [])
                connection.Tear();
        }
    }

    /// <summary>Whether the machine of a process that just ended went with it.</summary>
    public bool TakesMachineWithIt() => random.Chance(HalfOpen);

    private LinkCondition ConditionOf(string from, string to)
    {
        var condition = Distance is null ? Usual : Usual with { Latency = Usual.Latency + Distance(from, to) };
        foreach (var disturbance in disturbances.Where(one => one.Where(from, to)))
            condition = disturbance.How(condition);
        return condition;
    }

    private void Refresh()
    {
        foreach (var ((from, to), link) in links)
            link.Condition = ConditionOf(from, to);
    }

    private sealed class Disturbance(
        SimNetwork network, Func<string, string, bool> where, Func<LinkCondition, LinkCondition> how) : IDisposable
    {
        public Func<string, string, bool> Where => where;

        public Func<LinkCondition, LinkCondition> How => how;

        public void Dispose()
        {
            if (network.disturbances.Remove(this))
                network.Refresh();
        }
    }
}
