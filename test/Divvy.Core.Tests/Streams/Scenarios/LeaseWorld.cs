using Divvy.Core.Streams;

namespace Divvy.Core.Tests.Streams.Scenarios;

/// <summary>Workers with the real rules over one table, in virtual time; reads and writes take none.</summary>
internal sealed class LeaseWorld
{
    private readonly SortedDictionary<string, StreamLease> table = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, WorkerBeat> beats = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, LeaseWorker> workers = new(StringComparer.Ordinal);

    public TimeSpan Now { get; private set; }

    public List<string> Trace { get; } = [];

    /// <summary>Moves from one worker to another that lived.</summary>
    public int Moves { get; private set; }

    public int Writes { get; private set; }

    public IReadOnlyDictionary<string, StreamLease> Table => table;

    public IEnumerable<string> Living => workers.Values.Where(worker => worker.IsUp).Select(worker => worker.Name);

    public void Put(StreamLease lease) => table[lease.Key] = lease;

    public void Start(string name, Func<LeaseSettings, LeaseSettings>? with = null)
    {
        var settings = (with ?? (static same => same))(new LeaseSettings(name));
        workers[name] = new LeaseWorker(name, new LeaseMachine(settings, TimeSpan.Zero), Now);
    }

    public LeaseWorker Worker(string name) => workers[name];

    public void Kill(string name) => workers[name].IsUp = false;

    /// <summary>Pauses a worker, or lets it go on.</summary>
    public void Pause(string name, bool paused) => workers[name].IsPaused = paused;

    public void Leave(string name) => workers[name].Machine.BeginLeaving(workers[name].Local(Now));

    public void Run(TimeSpan span)
    {
        var end = Now + span;
        while (true)
        {
            foreach (var worker in workers.Values.Where(static worker => worker.IsRunning))
                Pump(worker);
            var next = workers.Values.Where(static worker => worker.IsRunning)
                .Select(static worker => worker.Born + worker.Machine.NextWake())
                .Append(end).Min();
            if (next >= end)
                break;
            Now = next > Now ? next : Now;
        }

        Now = end;
    }

    /// <summary>Leases that each living worker holds by its own belief.</summary>
    public IReadOnlyDictionary<string, int> Held() =>
        Living.ToDictionary(name => name, name => workers[name].Holds.Count);

    public int Spread() => Held().Values.Max() - Held().Values.Min();

    public bool Write(LeaseWorker worker, LeaseWrite write)
    {
        Writes++;
        var row = table.GetValueOrDefault(write.Key);
        var allowed = row is not null && write.Allows(row);
        if (allowed)
            table[write.Key] = write.ApplyTo(row!);
        worker.Machine.Completed(
            write,
            allowed ? LeaseOutcome.Applied : LeaseOutcome.Refused,
            row,
            worker.Local(Now),
            worker.Local(Now));
        return allowed;
    }

    private void Pump(LeaseWorker worker)
    {
        for (var round = 0; ; round++)
        {
            round.ShouldBeLessThan(1000, $"{worker.Name} never comes to rest");
            var actions = worker.Machine.Step(worker.Local(Now));
            if (actions.Count == 0)
                return;
            foreach (var action in actions)
                CarryOut(worker, action);
        }
    }

    private void CarryOut(LeaseWorker worker, LeaseAction action)
    {
        var (machine, now) = (worker.Machine, worker.Local(Now));
        switch (action)
        {
            case LeaseAction.ReadTable:
                machine.See([.. table.Values], [.. beats.Values], now, now);
                break;
            case LeaseAction.ReadLease read:
                machine.SeeRow(read.Key, table.GetValueOrDefault(read.Key), now);
                break;
            case LeaseAction.Beat beat:
                beats[worker.Name] = new WorkerBeat(worker.Name, $"{worker.Born}", beat.Count, beat.IsLeaving);
                break;
            case LeaseAction.Write write:
                WriteAndTell(worker, write.Change);
                break;
            case LeaseAction.Grant grant:
                worker.Holds[grant.Row.Key] = grant.Term;
                Say($"{worker.Name} has {grant.Row.Key}");
                break;
            case LeaseAction.Yield yield when worker.YieldsAtOnce:
                machine.Yielded(yield.Key, yield.Term, now);
                break;
            case LeaseAction.Yield yield:
                Say($"{worker.Name} is to finish {yield.Key}");
                break;
            case LeaseAction.Lose lose:
                worker.Holds.Remove(lose.Key);
                Say($"{worker.Name} loses {lose.Key}: {lose.Reason}");
                break;
            case LeaseAction.End end:
                worker.Holds.Remove(end.Key);
                break;
        }
    }

    private void WriteAndTell(LeaseWorker worker, LeaseWrite write)
    {
        var made = Write(worker, write);
        if (!made)
        {
            Say($"{worker.Name}: {write.Purpose} of {write.Key} is refused");
            return;
        }

        switch (write.Purpose)
        {
            case LeasePurpose.Ask:
                Say($"{worker.Name} asks {write.Before.Owner} for {write.Key}");
                break;
            case LeasePurpose.HandOver:
                Moves++;
                Say($"{worker.Name} hands {write.Key} to {write.After.Owner}");
                break;
            case LeasePurpose.Release:
                Say($"{worker.Name} releases {write.Key}");
                break;
            case LeasePurpose.Take when write.Before.Holder is { } holder && holder != worker.Name:
                Say($"{worker.Name} takes {write.Key} from {holder}");
                break;
        }
    }

    private void Say(string what) =>
        Trace.Add(FormattableString.Invariant($"{Now.TotalSeconds,6:F1} {what}"));
}
