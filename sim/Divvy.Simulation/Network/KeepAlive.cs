using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>Pings over a connection that is silent, and ends it when no answer comes, as HTTP/2's pings do: without
/// it an end that only listens never learns that nobody is there any more.</summary>
internal sealed class KeepAlive
{
    /// <summary>How long a connection may be silent, and how long the answer may take: what channels and listeners are
    /// set to by default.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>How often it is looked whether a ping is due or has not been answered: a quarter of the interval, as
    /// .NET's client does.</summary>
    private static readonly TimeSpan look = Interval / 4;

    private const int PingBytes = 57;

    private readonly ConnectionEnd end;
    private readonly Func<bool> isWanted;
    private readonly Action<string> dead;
    private TimeSpan heard;
    private TimeSpan? asked;

    /// <param name="end">The end that asks.</param>
    /// <param name="isWanted">Whether there is anything that a dead connection would keep waiting.</param>
    /// <param name="dead">Told, once, when no answer came.</param>
    public KeepAlive(ConnectionEnd end, Func<bool> isWanted, Action<string> dead)
    {
        this.end = end;
        this.isWanted = isWanted;
        this.dead = dead;
        heard = World.Now;
        end.Process.Schedule(look, Check);
    }

    private SimWorld World => end.Process.World;

    /// <summary>Something came from the other side.</summary>
    public void Heard() => heard = World.Now;

    private void Check()
    {
        if (!end.IsOpen)
            return;
        if (asked <= heard)
            asked = null;
        if (World.Now - asked >= Interval)
        {
            dead($"no answer to a ping within {Interval.TotalSeconds:0} s");
            return;
        }

        if (asked is null && isWanted() && World.Now - heard >= Interval)
        {
            asked = World.Now;
            end.Send(PingBytes, other => other.Send(PingBytes, _ => Heard()));
        }

        end.Process.Schedule(look, Check);
    }
}
