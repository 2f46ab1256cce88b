using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Read barriers: one under way, one gathering, and those that wait for entries to be applied.</summary>
internal sealed partial class Replica
{
    private readonly List<Barrier> waitingToApply = [];
    private Barrier? gathering;
    private Barrier? underWay;

    /// <summary>Completes once this member has applied everything that was acknowledged anywhere before the call.
    /// <exception cref="Rpc.RpcException">Unavailable: no leader confirmed it in time.</exception></summary>
    public ValueTask ReadBarrierAsync()
    {
        Barrier barrier;
        lock (gate)
        {
            if (stopped)
                return ValueTask.FromException(ReplicaErrors.Stopped());
            if (raft.ConfirmedReadIndex is { } index && index <= AppliedIndex)
                return ValueTask.CompletedTask;
            barrier = gathering ??= new Barrier(Now + options.RequestTimeout);
            Advance();
        }

        Drive();
        return new ValueTask(barrier.Done.Task);
    }

    /// <summary>Sends the barrier that gathers, unless one is under way; true when the core has something to do.
    /// </summary>
    private bool StartBarrier()
    {
        if (underWay is not null || gathering is null || raft.Leader.IsNone)
            return false;
        (underWay, gathering) = (gathering, null);
        Ask(underWay);
        return true;
    }

    /// <summary>Every attempt has an id of its own: the answer to an earlier one may be from before the caller
    /// asked.</summary>
    private void Ask(Barrier barrier)
    {
        barrier.Request = Interlocked.Increment(ref nextRequest);
        barrier.AskedAt = Now;
        raft.ReadIndex(barrier.Request);
    }

    private void BarrierAnswered(ReadResult result)
    {
        if (result.Request == recovery)
        {
            recovery = null;
            if (result.Index is { } until)
                waitingToApply.Add(new Barrier(TimeSpan.MaxValue) { Index = until, RecoversTerm = raft.Term });
            return;
        }

        if (underWay?.Request != result.Request)
            return;
        if (result.Index is not { } index)
        {
            // Nobody confirmed it: the next leader, or the next poll, is asked.
            return;
        }

        underWay.Index = index;
        waitingToApply.Add(underWay);
        underWay = null;
    }

    /// <summary>Collects the barriers whose entries are applied. The lock is held.</summary>
    private void ReleaseBarriers(Completions done)
    {
        var applied = AppliedIndex;
        for (var i = waitingToApply.Count - 1; i >= 0; i--)
        {
            var barrier = waitingToApply[i];
            if (barrier.Index > applied)
                continue;
            waitingToApply.RemoveAt(i);
            if (barrier.RecoversTerm is { } term)
                Recover(term, done);
            else
                done.Add(barrier.Done);
        }
    }

    private void RepeatBarrier(TimeSpan now, Completions done)
    {
        if (leadership.HasLeader && recovery is null && HasUncertain(raft.Term) && !IsRecovering)
            StartRecovery();
        if (underWay is { } asked && now - asked.AskedAt >= options.BarrierRetry && leadership.HasLeader)
        {
            Metrics.ReadIndexSlow();
            Ask(asked);
        }

        Expire(ref underWay, now, done);
        Expire(ref gathering, now, done);
        for (var i = waitingToApply.Count - 1; i >= 0; i--)
        {
            if (waitingToApply[i].Deadline > now)
                continue;
            done.Add(waitingToApply[i].Done, ReplicaErrors.TimedOut());
            waitingToApply.RemoveAt(i);
        }
    }

    private bool IsRecovering => waitingToApply.Exists(barrier => barrier.RecoversTerm == raft.Term);

    private void Expire(ref Barrier? barrier, TimeSpan now, Completions done)
    {
        if (barrier is null || barrier.Deadline > now)
            return;
        Metrics.ReadIndexFailed();
        done.Add(barrier.Done, leadership.HasLeader ? ReplicaErrors.TimedOut() : ReplicaErrors.LeaderLost());
        barrier = null;
    }

    private void FailBarriers(Exception reason, Completions done)
    {
        foreach (var barrier in waitingToApply.Append(underWay).Append(gathering))
        {
            if (barrier is { RecoversTerm: null })
                done.Add(barrier.Done, reason);
        }

        waitingToApply.Clear();
        (underWay, gathering) = (null, null);
    }

    private sealed class Barrier(TimeSpan deadline)
    {
        public TaskCompletionSource Done { get; } = new();

        public TimeSpan Deadline { get; } = deadline;

        public ulong Request { get; set; }

        public TimeSpan AskedAt { get; set; }

        /// <summary>What must be applied first; known once it was answered.</summary>
        public LogIndex Index { get; set; }

        /// <summary>Not a caller's barrier: when it is passed, lost proposals of the terms before this are offered
        /// again.</summary>
        public Term? RecoversTerm { get; init; }
    }
}
