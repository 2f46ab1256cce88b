using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>
/// A connection between two processes, as TCP makes them: what is sent arrives in order and once, or the connection
/// breaks. A packet that is lost is sent again after a while, and what was sent behind it waits for it; an end whose
/// packets do not come through for <see cref="GiveUpAfter"/> breaks.
/// <para>The far end belongs to the process that runs on the host when the first packet arrives there. If that
/// process ends, the near end is told by the reset that its machine sends, if that comes through and the machine is
/// still there; otherwise by the reset that answers the next packet once something runs there again.</para>
/// </summary>
internal sealed class SimConnection
{
    /// <summary>An end breaks when its packets have not come through for this long. Linux' own limit is a quarter of an
    /// hour; clients' pings find out earlier.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(20);

    private const int ResetBytes = 40;

    private static readonly TimeSpan firstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan longestRetry = TimeSpan.FromSeconds(2);

    private readonly SimNetwork network;
    private readonly string farHost;
    private readonly Direction toFar;
    private readonly Direction toNear;
    private ConnectionEnd? far;

    public SimConnection(SimNetwork network, SimProcess from, string to)
    {
        this.network = network;
        farHost = to;
        Near = new ConnectionEnd(this, isNear: true, from);
        toFar = new Direction(this, network.Link(from.Name, to), from);
        toNear = new Direction(this, network.Link(to, from.Name), from);
    }

    public ConnectionEnd Near { get; }

    public void Send(bool fromNear, long bytes, Action<ConnectionEnd> deliver) =>
        (fromNear ? toFar : toNear).Send(bytes, deliver);

    /// <summary>The process of one end is gone.</summary>
    public void ProcessEnded(bool ofNear)
    {
        if ((ofNear ? Near : far)!.Process.HasExited || !network.TakesMachineWithIt())
            Reset(toNearEnd: !ofNear, "the connection was reset");
    }

    /// <summary>Breaks both ends.</summary>
    public void Tear()
    {
        foreach (var end in new[] { Near, far })
        {
            if (end is { IsOpen: true })
                network.World.Schedule(TimeSpan.Zero, () => BreakIn(end, "the connection was reset on its way"));
        }
    }

    /// <summary>A packet has come to one side.</summary>
    private void Arrive(Direction direction, Action<ConnectionEnd> deliver)
    {
        var end = direction == toNear ? Near : far ??= Accept();
        if (end is not { Process.IsAlive: true, IsOpen: true })
        {
            if (direction == toNear || network.On(farHost) is not null || far is null)
                Reset(toNearEnd: direction == toFar, far is null ? "the connection was refused" : "it was reset");
            return;
        }

        end.Process.Deliver(() =>
        {
            if (end.IsOpen)
                deliver(end);
        });
    }

    private ConnectionEnd? Accept() =>
        network.On(farHost) is { } process ? new ConnectionEnd(this, isNear: false, process) : null;

    private void Reset(bool toNearEnd, string reason)
    {
        var end = toNearEnd ? Near : far;
        if (end is not { IsOpen: true } || (toNearEnd ? toNear : toFar).Link.Carry(ResetBytes) is not { } delay)
            return;
        network.World.Schedule(delay, () => BreakIn(end, reason));
    }

    private static void BreakIn(ConnectionEnd end, string reason) => end.Process.Deliver(() => end.Break(reason));

    /// <summary>What is sent one way.</summary>
    private sealed class Direction(SimConnection connection, SimLink link, SimProcess near)
    {
        private readonly Queue<(long Bytes, Action<ConnectionEnd> Deliver)> waiting = new();
        private TimeSpan lastArrival;
        private TimeSpan? stalledSince;
        private TimeSpan retry = firstRetry;

        public SimLink Link => link;

        private SimWorld World => near.World;

        private ConnectionEnd? Sender => this == connection.toFar ? connection.Near : connection.far;

        public void Send(long bytes, Action<ConnectionEnd> deliver)
        {
            waiting.Enqueue((bytes, deliver));
            if (stalledSince is null)
                Pump();
        }

        private void Pump()
        {
            while (waiting.TryPeek(out var packet))
            {
                if (link.Carry(packet.Bytes) is not { } delay)
                {
                    Stall();
                    return;
                }

                waiting.Dequeue();
                var arrival = World.Now + delay;
                lastArrival = arrival > lastArrival ? arrival : lastArrival;
                World.Schedule(lastArrival - World.Now, () => connection.Arrive(this, packet.Deliver));
                retry = firstRetry;
            }

            stalledSince = null;
        }

        private void Stall()
        {
            stalledSince ??= World.Now;
            if (World.Now - stalledSince >= GiveUpAfter)
            {
                waiting.Clear();
                if (Sender is { } end)
                    BreakIn(end, $"nothing came through for {GiveUpAfter.TotalSeconds:0} s");
                return;
            }

            World.Schedule(retry, Retry);
            retry = retry * 2 < longestRetry ? retry * 2 : longestRetry;
        }

        /// <summary>The operating system of a paused process sends on; that of a machine that is gone does
        /// not.</summary>
        private void Retry()
        {
            if (Sender is { Process.IsAlive: true })
                Pump();
        }
    }
}
