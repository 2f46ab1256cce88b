using System.Collections.Concurrent;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Hosting;

/// <summary>Drives one <see cref="HostMachine"/>: guards it, wakes it in time, and carries out what it owes.</summary>
/// <remarks>
/// Any thread may bring an input. It takes the lock, tells the machine and queues what the machine owes; the effects
/// are carried out outside the lock, in order, by whichever thread finds nobody doing so. Nothing in there waits:
/// handlers run on tasks of their own and report back as inputs, tokens are cancelled without running their callbacks,
/// and requests resume elsewhere. Only journal callbacks run in place, because an acknowledgement must not overtake
/// them. A served request takes none of this way: see <see cref="ShardGate"/>.
/// </remarks>
internal sealed class HostShell : IDisposable
{
    private readonly Lock gate = new();
    private readonly HostMachine machine;
    private readonly HostClock clock;
    private readonly InstanceId instance;
    private readonly string space;
    private readonly ILogger logger;
    private readonly Tenures tenures;
    private readonly RequestWaits waits = new();
    private readonly Queue<OwedEffects> owed = [];
    private readonly ConcurrentDictionary<long, CancellationTokenSource> operations = [];
    private readonly ITimer timer;
    private TaskCompletionSource? empty;
    private long? timerDueMs;
    private bool carryingOut;
    private bool disposed;

    public HostShell(ShardHostOptions options, HostClock clock, ILogger logger)
    {
        machine = new HostMachine(MachineOptions.From(options));
        instance = new InstanceId(options.InstanceId);
        space = options.Namespace;
        this.clock = clock;
        this.logger = logger;
        tenures = new Tenures(logger);
        timer = clock.Time.CreateTimer(
            static state => ((HostShell)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs a handler call to its end; never throws. Set before anything happens.</summary>
    public required Func<HandlerCall, CancellationToken, CancellationToken, Task<HandlerResult>> RunHandler
    {
        get;
        init;
    }

    /// <summary>Where acknowledgements go; null while there is no stream.</summary>
    public Action<HostAck>? AckSink { get; set; }

    /// <summary>Told of each ownership event, in order.</summary>
    public event Action<OwnershipEvent>? OwnershipChanged;

    public long NowMs => clock.NowMs;

    public CancellationToken TokenOf(long tenure) => tenures.TokenOf(tenure);

    public ShardGate? FindGate(ShardId shard) => machine.FindGate(shard);

    /// <summary>Tells the machine something and carries out what follows.</summary>
    public T Drive<T>(Func<HostMachine, long, T> input)
    {
        T answer;
        lock (gate)
        {
            // Stamps of activations are taken before the machine opens a gate, all others after it closed one.
            var before = clock.UnixNanoseconds;
            var session = machine.Session;
            var now = clock.NowMs;
            answer = input(machine, now);
            var ready = machine.TakeReady();
            if (ready != HostReady.Nothing)
            {
                var author = new SessionRef(instance, session.IsNone ? machine.Session : session);
                owed.Enqueue(new OwedEffects(ready, author, before, now));
            }
            Rearm(now);
            if (empty is not null && machine.IsEmpty)
            {
                empty.SetResult();
                empty = null;
            }
        }
        CarryOut();
        return answer;
    }

    public void Drive(Action<HostMachine, long> input) =>
        Drive((machine, now) =>
        {
            input(machine, now);
            return true;
        });

    /// <summary>Reads from the machine; nothing follows.</summary>
    public T Read<T>(Func<HostMachine, T> question)
    {
        lock (gate)
            return question(machine);
    }

    /// <summary>Completes when no shard is held, no handler runs and no request is inside.</summary>
    public Task WhenEmptyAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (machine.IsEmpty)
                return Task.CompletedTask;
            empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return empty.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Decides a request, after waiting if that is the first decision.</summary>
    public async ValueTask<AdmitResult> AdmitAsync(
        ShardRequest request, long maxWaitMs, CancellationToken cancellationToken)
    {
        var (result, wait) = Drive((machine, now) =>
        {
            var info = new RequestInfo(
                request.Shard, request.Generation, request.Revision, request.Forwarded, request.Nested,
                now + maxWaitMs);
            var decided = machine.Admit(info, now);
            return (decided, decided.Kind is AdmitKind.Queue or AdmitKind.Hold ? waits.Add(decided.Ticket) : null);
        });
        if (wait is null)
            return result;
        try
        {
            return await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (Drive((machine, _) => Abandon(machine, result.Ticket)))
                waits.Forget(result.Ticket);
            else
                LetOut(request.Shard, await wait.ConfigureAwait(false));
            throw;
        }
    }

    /// <summary>A served request's answer has left.</summary>
    public void Leave(ShardId shard, in Admission admission)
    {
        if (admission.Leave())
            Drive((machine, now) => machine.RequestsLeft(shard, now));
    }

    /// <summary>Stops waking the machine; handlers that run still report.</summary>
    public void Dispose()
    {
        lock (gate)
            disposed = true;
        timer.Dispose();
    }

    /// <summary>False: the wait was over, and its decision is on the way.</summary>
    private static bool Abandon(HostMachine machine, long ticket)
    {
        var waiting = machine.WaitingRequests;
        machine.Abandon(ticket);
        return machine.WaitingRequests < waiting;
    }

    private void OnTimer()
    {
        lock (gate)
            timerDueMs = null;
        Drive((machine, now) => machine.Tick(now));
    }

    /// <summary>An earlier due time moves the timer; a later one lets it fire early, which does no harm.</summary>
    private void Rearm(long nowMs)
    {
        if (disposed || machine.NextDueMs is not { } due || due >= timerDueMs)
            return;
        timerDueMs = due;
        timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, due - nowMs)), Timeout.InfiniteTimeSpan);
    }

    private void CarryOut()
    {
        while (true)
        {
            OwedEffects effects;
            lock (gate)
            {
                if (carryingOut || !owed.TryDequeue(out effects))
                    return;
                carryingOut = true;
            }
            try
            {
                CarryOut(effects);
            }
            finally
            {
                lock (gate)
                    carryingOut = false;
            }
        }
    }

    private void CarryOut(in OwedEffects effects)
    {
        var ready = effects.Ready;
        foreach (var tenure in ready.EndedTenures)
            tenures.End(tenure);
        foreach (var operation in ready.CancelledOperations)
            Cancel(operation);
        foreach (var entry in ready.Journal)
            Publish(entry, effects);
        foreach (var ack in ready.Acks)
            AckSink?.Invoke(ack);
        foreach (var released in ready.Released)
            waits.Release(released);
        foreach (var call in ready.Calls)
            Start(call);
        foreach (var warning in ready.Warnings)
            logger.Machine(instance.Value, warning.Message);
    }

    private void Publish(JournalEntry entry, in OwedEffects effects)
    {
        var noticed = clock.UnixNanoseconds;
        var at = entry.Event == JournalEvent.Activated ? effects.UnixNanosecondsBefore
            : entry.AtMs < effects.InputMs ? clock.UnixNanosecondsAt(entry.AtMs)
            : noticed;
        var happened = new OwnershipEvent(
            entry.Event, space, effects.Session, entry.Shard, entry.Generation, at, noticed);
        try
        {
            OwnershipChanged?.Invoke(happened);
        }
        catch (Exception failure)
        {
            // The application's callback must not stop the host, least of all while it gives up shards.
            logger.JournalFailed(failure, entry.Event.ToString(), entry.Shard);
        }
    }

    private void Start(HandlerCall call)
    {
        var operation = new CancellationTokenSource();
        operations[call.Operation] = operation;
        var tenure = call.Kind == HandlerKind.Drop ? tenures.TokenOf(call.Tenure) : tenures.Begin(call.Tenure);
        _ = Task.Run(() => RunAsync(call, tenure, operation), CancellationToken.None);
    }

    /// <summary>Observed by the machine: it counts the call as running until the report comes.</summary>
    private async Task RunAsync(HandlerCall call, CancellationToken tenure, CancellationTokenSource operation)
    {
        var result = await RunHandler(call, tenure, operation.Token).ConfigureAwait(false);
        operations.TryRemove(call.Operation, out _);
        Drive((machine, now) => machine.HandlerFinished(call.Operation, result, now));
    }

    private void Cancel(long operation)
    {
        if (operations.TryGetValue(operation, out var source))
            tenures.Cancel(source);
    }

    private void LetOut(ShardId shard, in AdmitResult result)
    {
        if (result.Kind == AdmitKind.Serve)
            Leave(shard, result.Admission);
    }

    /// <summary>What the machine owes after one input, and when that was.</summary>
    private readonly record struct OwedEffects(
        HostReady Ready, SessionRef Session, long UnixNanosecondsBefore, long InputMs);
}
