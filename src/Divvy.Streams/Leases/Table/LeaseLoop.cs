using System.Collections.Immutable;
using Divvy.Core.Streams;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Leases.Table;

/// <summary>Carries out what a <see cref="LeaseMachine"/> decides: reads, writes, timers and calls of the holder. It
/// decides nothing.</summary>
internal sealed partial class LeaseLoop : IDisposable
{
    /// <summary>After so many beats in a row that were accepted a refusal does not count any more. Two processes that
    /// claim an id in turn get two each.</summary>
    private const int BeatsUntilForgiven = 5;

    private readonly RepeatedFailure reading = new();
    private readonly RepeatedFailure beating = new();

    private readonly TableLeaseStoreOptions options;
    private readonly ILeaseTable table;
    private readonly LeaseMetrics metrics;
    private readonly ILogger logger;
    private readonly string incarnation;
    private readonly TimeProvider time;
    private readonly long began;
    private readonly Lock gate = new();
    private readonly LeaseMachine machine;
    private readonly Dictionary<string, HeldTerm> terms = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim pulse = new(0);
    private readonly SemaphoreSlim slots;
    private readonly ITimer alarm;
    private readonly CancellationTokenSource stopped = new();
    private ILeaseHolder? holder;
    private int pulsed;
    private bool isKnown;
    private int refusals;
    private int accepted;
    private bool isOverloaded;

    public LeaseLoop(
        TableLeaseStoreOptions options, ILeaseTable table, string incarnation, LeaseMetrics metrics, ILogger logger)
    {
        this.options = options;
        this.table = table;
        this.incarnation = incarnation;
        this.metrics = metrics;
        this.logger = logger;
        time = options.TimeProvider;
        began = time.GetTimestamp();
        slots = new SemaphoreSlim(options.MaxWritesAtOnce);
        machine = new LeaseMachine(options.Settings, TimeSpan.Zero);
        alarm = time.CreateTimer(
            static state => ((LeaseLoop)state!).Pulse(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Time since the loop was made, by the monotonic clock.</summary>
    private TimeSpan Now => time.GetElapsedTime(began);

    /// <summary>Reads something of the rules' state, or tells them something, while nothing else does.</summary>
    public T Ask<T>(Func<LeaseMachine, TimeSpan, T> what)
    {
        T answer;
        lock (gate)
            answer = what(machine, Now);
        Pulse();
        return answer;
    }

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(ILeaseHolder leaseHolder)
    {
        holder = leaseHolder;
        try
        {
            while (!stopped.IsCancellationRequested)
            {
                IReadOnlyList<LeaseAction> actions;
                lock (gate)
                    actions = machine.Step(Now);
                foreach (var action in actions)
                    CarryOut(action);
                string[] rows = [.. actions.OfType<LeaseAction.ReadLease>().Select(read => read.Key)];
                if (rows.Length > 0)
                    Observe(ReadLeasesAsync(rows));
                SetAlarm();
                await pulse.WaitAsync(stopped.Token).ConfigureAwait(false);
                Volatile.Write(ref pulsed, 0);
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
    }

    /// <summary>Ends the loop and every term that is left.</summary>
    public void Stop()
    {
        stopped.Cancel();
        alarm.Dispose();
        HeldTerm[] left;
        lock (gate)
        {
            left = [.. terms.Values];
            terms.Clear();
        }

        foreach (var held in left)
        {
            held.End();
            held.Force();
            holder?.Lost(held.Term);
        }
    }

    public void Dispose()
    {
        alarm.Dispose();
        pulse.Dispose();
        slots.Dispose();
        stopped.Dispose();
    }

    /// <summary>The present term that a holder's <see cref="LeaseTerm"/> is; null: it is over.</summary>
    public HeldTerm? Find(LeaseTerm term)
    {
        lock (gate)
            return terms.TryGetValue(term.Lease.Key, out var held) && ReferenceEquals(held.Term, term) ? held : null;
    }

    /// <summary>Makes a write and tells the rules what became of it.</summary>
    public async Task<LeaseAnswer> WriteAsync(LeaseWrite write)
    {
        await slots.WaitAsync(stopped.Token).ConfigureAwait(false);
        var sent = Now;
        LeaseAnswer answer;
        try
        {
            using var timeout = NewTimeout();
            answer = await table.WriteAsync(write, timeout.Token).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }

        metrics.Wrote(write.Purpose, answer.Outcome);
        if (answer.Failure is { } failure)
            LogWriteFailed(write.Purpose, write.Key, failure.Message);
        HeldTerm? held;
        lock (gate)
        {
            machine.Completed(write, answer.Outcome, answer.Row, sent, Now);
            metrics.Held(machine.Held);
            terms.TryGetValue(write.Key, out held);
        }

        held?.Signal();
        Pulse();
        return answer;
    }

    private void CarryOut(LeaseAction action)
    {
        switch (action)
        {
            case LeaseAction.Write write:
                Observe(WriteAsync(write.Change));
                break;
            case LeaseAction.ReadTable:
                Observe(ReadTableAsync());
                break;
            case LeaseAction.Beat beat:
                Observe(BeatAsync(beat));
                break;
            case LeaseAction.Grant grant:
                Grant(grant);
                break;
            case LeaseAction.Yield yield when Present(yield.Key, yield.Term) is { } held:
                Observe(YieldAsync(held));
                break;
            case LeaseAction.Lose lose when Take(lose.Key, lose.Term) is { } held:
                LogLost(lose.Key, lose.Reason);
                held.End();
                held.Force();
                metrics.Lost();
                holder!.Lost(held.Term);
                break;
            case LeaseAction.End end:
                Take(end.Key, end.Term)?.End();
                break;
        }
    }

    private void Grant(LeaseAction.Grant grant)
    {
        var row = grant.Row;
        var stream = options.StreamOf(row.Key) ?? options.Streams[0];
        var held = new HeldTerm(row.Key, grant.Term, ended => new LeaseTerm(
            stream.Name, StreamIdentity.ShardOf(row.Key), row, row.Counter, ended));
        lock (gate)
            terms[row.Key] = held;
        LogGranted(row.Key, row.Counter);
        metrics.Granted();
        holder!.Granted(held.Term);
    }

    private async Task YieldAsync(HeldTerm held)
    {
        var since = Now;
        try
        {
            await holder!.YieldAsync(held.Term, held.Forced).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogYieldFailed(failure, held.Key);
        }

        // Nothing is written under this term any more from here on, so the next owner may begin.
        held.End();
        metrics.Yielded(Now - since);
        Ask((rules, now) =>
        {
            rules.Yielded(held.Key, held.Number, now);
            return true;
        });
    }

    private async Task ReadTableAsync()
    {
        var asked = Now;
        try
        {
            using var timeout = NewTimeout();
            var reading = table.ReadBeatsAsync(timeout.Token);
            var rows = await table.ReadAllAsync(timeout.Token).ConfigureAwait(false);
            var beats = await reading.ConfigureAwait(false);
            rows = [.. rows.Where(row => options.StreamOf(row.Key) is not null)];
            int overload;
            lock (gate)
            {
                machine.See(rows, beats, asked, Now);
                overload = options.MaxLeasesPerWorker == int.MaxValue ? 0 : machine.Overload(Now);
            }

            metrics.Read(rows.Count);
            if (overload > 0 && !isOverloaded)
                LogOverload(overload, options.MaxLeasesPerWorker);
            isOverloaded = overload > 0;
        }
        catch (Exception failure) when (failure is LeaseStoreException or OperationCanceledException)
        {
            if (reading.IsDue(failure.Message, Now))
                LogReadFailed(failure.Message);
            lock (gate)
                machine.ReadFailed(Now);
        }

        Pulse();
    }

    /// <summary>Reads the rows that one step asks for at once: a worker that waits for many leases looks at all of them
    /// every few hundredths of a second.</summary>
    private async Task ReadLeasesAsync(string[] keys)
    {
        IReadOnlyDictionary<string, StreamLease?> rows = ImmutableDictionary<string, StreamLease?>.Empty;
        try
        {
            using var timeout = NewTimeout();
            rows = await table.ReadAsync(keys, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is LeaseStoreException or OperationCanceledException)
        {
            if (reading.IsDue(failure.Message, Now))
                LogReadFailed(failure.Message);
        }

        var concerned = new List<HeldTerm>();
        lock (gate)
        {
            foreach (var key in keys)
            {
                if (rows.TryGetValue(key, out var row))
                    machine.SeeRow(key, row, Now);
                else
                    machine.RowReadFailed(key, Now);
                if (terms.TryGetValue(key, out var held))
                    concerned.Add(held);
            }
        }

        foreach (var held in concerned)
            held.Signal();
        Pulse();
    }

    private async Task BeatAsync(LeaseAction.Beat beat)
    {
        try
        {
            using var timeout = NewTimeout();
            var isFirst = !isKnown;
            var isMine = await table.BeatAsync(
                new WorkerBeat(options.WorkerId, incarnation, beat.Count, beat.IsLeaving), isFirst, timeout.Token)
                .ConfigureAwait(false);
            metrics.Beat();
            isKnown = isMine;
            if (!IsReplaced(isMine))
                return;
            LogReplaced(options.WorkerId);
            lock (gate)
                machine.Replaced();
            Pulse();
        }
        catch (Exception failure) when (failure is LeaseStoreException or OperationCanceledException)
        {
            if (beating.IsDue(failure.Message, Now))
                LogBeatFailed(failure.Message);
        }
    }

    /// <summary>Whether another process has this worker's id. One refusal does not say so: a beat of a process that
    /// is gone may have arrived late. Then this one claims the id again, and who is refused twice has lost it.
    /// </summary>
    private bool IsReplaced(bool isMine)
    {
        accepted = isMine ? accepted + 1 : 0;
        if (accepted >= BeatsUntilForgiven)
            refusals = 0;
        return !isMine && ++refusals > 1;
    }

    private HeldTerm? Present(string key, long term)
    {
        lock (gate)
            return terms.TryGetValue(key, out var held) && held.Number == term ? held : null;
    }

    private HeldTerm? Take(string key, long term)
    {
        lock (gate)
            return terms.TryGetValue(key, out var held) && held.Number == term && terms.Remove(key) ? held : null;
    }

    private void SetAlarm()
    {
        TimeSpan wake;
        lock (gate)
            wake = machine.NextWake();
        var left = wake - Now;
        if (left <= TimeSpan.Zero)
            Pulse();
        else if (!stopped.IsCancellationRequested)
            alarm.Change(left < TimeSpan.FromHours(1) ? left : TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
    }

    private void Pulse()
    {
        if (Interlocked.Exchange(ref pulsed, 1) == 0 && !stopped.IsCancellationRequested)
            pulse.Release();
    }

    private CancellationTokenSource NewTimeout() => new(options.LeaseDuration / 4, time);

    /// <summary>Owns a piece of work that reports by itself: what it throws beyond that is a defect, and is said.
    /// </summary>
    private async void Observe(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception failure) when (stopped.IsCancellationRequested
            && failure is OperationCanceledException or ObjectDisposedException)
        {
            // The loop was stopped while it waited.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogDefect(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Key} is held, fence {Fence}")]
    private partial void LogGranted(string key, long fence);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Leases} leases are held beyond the cap of {Cap} a worker, to leave none out: start more workers")]
    private partial void LogOverload(int leases, int cap);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Key} is lost: {Reason}")]
    private partial void LogLost(string key, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Purpose} of lease {Key} failed and is tried again: {Failure}")]
    private partial void LogWriteFailed(LeasePurpose purpose, string key, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease table was not read; tried again: {Failure}")]
    private partial void LogReadFailed(string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker's beat failed and is tried again: {Failure}")]
    private partial void LogBeatFailed(string failure);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "Another process has worker id {Worker}: this one holds no lease any more. Give each its own id")]
    private partial void LogReplaced(string worker);

    [LoggerMessage(Level = LogLevel.Error, Message = "The holder failed to yield {Key}; it is handed over anyway")]
    private partial void LogYieldFailed(Exception failure, string key);

    [LoggerMessage(Level = LogLevel.Critical, Message = "A defect in the lease loop")]
    private partial void LogDefect(Exception failure);
}
