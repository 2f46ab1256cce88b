namespace Divvy.Core.Hosting;

/// <summary>The door of one shard on the request path: lets requests in while the shard is owned and counts those
/// inside.</summary>
/// <remarks>
/// The machine is guarded by its shell's lock; requests are too many for that. So the machine publishes its verdict
/// here, and a request needs one increment and two reads. The only race is a door that closes while a request enters.
/// Both sides go through a full fence (Interlocked): the request counts itself in and then looks at the door, the
/// machine closes the door and then looks at the count. One of the two sees the other, whichever is first.
/// Thread-safe but for the internal members, which the machine calls under its shell's lock.
/// </remarks>
public sealed class ShardGate
{
    private GateOpening? opening;
    private int inFlight;

    /// <summary>Requests inside.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Whether requests are let in, deadlines apart.</summary>
    public bool IsOpen => Volatile.Read(ref opening) is not null;

    /// <summary>Lets a request in, if the shard is owned and the session has time. When not, ask <see
    /// cref="HostMachine.Admit"/>, which knows what else can be done with it.</summary>
    public bool TryEnter(long nowMs, out Admission admission)
    {
        Interlocked.Increment(ref inFlight);
        var opening = Volatile.Read(ref this.opening);
        if (opening is not null && opening.Covers(nowMs))
        {
            admission = new Admission(this, opening);
            return true;
        }

        Interlocked.Decrement(ref inFlight);
        admission = default;
        return false;
    }

    internal void Open(GateOpening opening) => Interlocked.Exchange(ref this.opening, opening);

    internal void Close() => Interlocked.Exchange(ref opening, null);

    /// <summary>Lets a nested request in although the door is closed, beside the request it was sent by
    /// (R13).</summary>
    internal Admission EnterNested(GateOpening opening)
    {
        Interlocked.Increment(ref inFlight);
        return new Admission(this, opening);
    }

    internal bool Leave() => Interlocked.Decrement(ref inFlight) == 0 && Volatile.Read(ref opening) is null;
}
