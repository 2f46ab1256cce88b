using Divvy.Core.Identity;
using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Distributed;

/// <summary>A lease this worker holds: what its row says, who may write it, and how the holding ends. Thread-safe, but
/// for what is read and written under <see cref="Writing"/>.</summary>
internal sealed class HeldLease
{
    private readonly CancellationTokenSource ended = new();
    private readonly Lock gate = new();
    private CancellationTokenRegistration registration;
    private Task? yielding;
    private bool ownershipEnded;
    private bool finishing;
    private bool over;

    public HeldLease(
        string stream, string shard, StreamLease row, long revision, SessionRef owner, Generation generation)
    {
        (Row, Revision, Owner, Generation) = (row, revision, owner, generation);
        Term = new LeaseTerm(stream, shard, row, generation.Value, ended.Token);
    }

    public LeaseTerm Term { get; }

    public SessionRef Owner { get; }

    public Generation Generation { get; }

    /// <summary>Lets one write at a time in, so that checkpoints of one term never go back.</summary>
    public SemaphoreSlim Writing { get; } = new(1);

    /// <summary>What was written last.</summary>
    public StreamLease Row { get; set; }

    /// <summary>Revision of the state with that row.</summary>
    public long Revision { get; set; }

    /// <summary>The term has ended: it was yielded, finished or lost.</summary>
    public bool IsOver
    {
        get
        {
            lock (gate)
                return over || (ownershipEnded && !finishing);
        }
    }

    /// <summary>Ends the term as soon as the shard is not this worker's any more.</summary>
    public void EndWith(CancellationToken ownership) =>
        registration = ownership.Register(static state => ((HeldLease)state!).OwnershipEnded(), this);

    /// <summary>Asks for the yield once, however many want it.</summary>
    public Task YieldOnceAsync(Func<Task> yield)
    {
        lock (gate)
            return yielding ??= yield();
    }

    /// <summary>Whether the shard is being finished.</summary>
    public bool IsFinishing
    {
        get
        {
            lock (gate)
                return finishing;
        }
    }

    /// <summary>The shard is being finished. Its removal, which ends the ownership, may be heard of before the
    /// answer, and
    /// must not look like a loss to who waits for it.</summary>
    public void BeginFinishing()
    {
        lock (gate)
            finishing = true;
    }

    /// <summary>The shard was not finished.</summary>
    public void NotFinished()
    {
        bool lost;
        lock (gate)
        {
            finishing = false;
            lost = ownershipEnded;
        }
        if (lost)
            ended.Cancel();
    }

    /// <summary>The term ends. False: it had ended before.</summary>
    public bool End()
    {
        lock (gate)
        {
            if (over)
                return false;
            over = true;
        }
        registration.Unregister();
        ended.Cancel();
        return true;
    }

    private void OwnershipEnded()
    {
        lock (gate)
        {
            ownershipEnded = true;
            if (finishing || over)
                return;
        }
        ended.Cancel();
    }
}
