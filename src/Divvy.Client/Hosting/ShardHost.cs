using Divvy.Client.Servers;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Client.Hosting;

/// <summary>One instance of a sharded service: holds a session, gets and gives away shards through its
/// <see cref="IShardHandler"/>, and lets requests in where it owns the shard.</summary>
/// <remarks>
/// <see cref="HostMachine"/> decides, by the contract in docs/handoff.md; this type gives it a clock, a stream to a
/// server and tasks for the handler. A process may have many hosts, which share channels. In an ASP.NET Core
/// application <c>AddShardHost</c> and <c>UseShardHost</c> do all of it. Thread-safe.
/// <para>Life: <see cref="Start"/> (or <see cref="StartAsync"/>) once, then <see cref="DrainAsync"/>, which moves the
/// shards away, then <see cref="StopAsync"/>, which gives up what is left and closes the session.</para>
/// </remarks>
public sealed class ShardHost : IAsyncDisposable
{
    private readonly ShardHostOptions options;
    private readonly ServerChannels servers;
    private readonly HostClock clock;
    private readonly Random dice;
    private readonly ILogger logger;
    private readonly HostShell shell;
    private readonly RoleDirectory directory = new();
    private readonly LoadMeter loads;
    private readonly HandOverInbox inbox;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private SessionLoop? session;
    private Task running = Task.CompletedTask;
    private bool ended;
    private int disposed;

    /// <param name="options">Checked here, all of them at once.</param>
    /// <param name="handler">Gets the shards.</param>
    /// <param name="servers">Shared, not disposed by the host.</param>
    /// <param name="time">The clock; a monotonic one that runs while the machine sleeps when null.</param>
    /// <param name="logger">Null: nothing is logged.</param>
    /// <param name="dice">Where nonces and the jitter of pauses come from; the system's when null.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message names each.</exception>
    public ShardHost(
        ShardHostOptions options,
        IShardHandler handler,
        ServerChannels servers,
        TimeProvider? time = null,
        ILogger<ShardHost>? logger = null,
        Random? dice = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(servers);
        if (ShardHostOptionsValidator.Errors(options).ToList() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        this.options = options;
        this.servers = servers;
        this.logger = logger ?? NullLogger<ShardHost>.Instance;
        this.dice = dice ?? Random.Shared;
        clock = new HostClock(time ?? BootTimeProvider.Instance);
        loads = new LoadMeter(clock.Time);
        inbox = new HandOverInbox(options.MaxHandOverBytesHeld);
        Peers = PeerClient.Create(options);
        var runner = new HandlerRunner(
            options, handler, inbox, new HandOverSender(options, Peers, clock.Time), clock.Time, this.logger);
        shell = new HostShell(options, clock, this.logger) { RunHandler = runner.RunAsync };
    }

    /// <summary>Told of each ownership event, in order, by whichever thread caused it, before anybody else learns of
    /// it: it must be quick and must not call back into the host. Subscribe before the start.</summary>
    public event Action<OwnershipEvent>? OwnershipChanged
    {
        add => shell.OwnershipChanged += value;
        remove => shell.OwnershipChanged -= value;
    }

    public string Namespace => options.Namespace;

    public InstanceId InstanceId => new(options.InstanceId);

    /// <summary>The session in force; none before the first and between two.</summary>
    public SessionId Session => shell.Read(machine => machine.Session);

    /// <summary>Whether the session is believed at this moment. While not, every request is refused.</summary>
    public bool HasSession => shell.Read(machine => machine.DeadlineMs) > clock.NowMs;

    /// <summary>Until when the session is believed, counted from the making of the host.</summary>
    internal TimeSpan SessionDeadline =>
        TimeSpan.FromMilliseconds(Math.Max(0, shell.Read(machine => machine.DeadlineMs)));

    /// <summary>What is held, in order of shards.</summary>
    public IReadOnlyList<HostedShardView> Shards => shell.Read(machine => machine.View());

    /// <summary>How many requests wait here.</summary>
    public int WaitingRequests => shell.Read(machine => machine.WaitingRequests);

    /// <summary>The clock of every wait.</summary>
    internal TimeProvider Time => clock.Time;

    /// <summary>For requests to other instances.</summary>
    internal HttpMessageInvoker Peers { get; }

    internal ShardHostOptions Options => options;

    /// <summary>Whether the namespace lists its shards by name, so that no key leads to one; known with the
    /// session.</summary>
    public bool IsListed => directory.IsListed;

    /// <summary>The shard whose range covers a key's hash, among those this instance has heard of; null: none, as
    /// always
    /// in a listed namespace.</summary>
    public ShardId? FindShard(ulong hash) => directory.Find(hash);

    /// <summary>Begins to ask for a session and returns; what goes wrong is logged and tried again.</summary>
    /// <exception cref="InvalidOperationException">Started before, or there is no address.</exception>
    public void Start()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(ended, this);
            if (session is not null)
                throw new InvalidOperationException($"{options.InstanceId} was started before");
            if (options is { TakesRequests: true, Address: null })
            {
                throw new InvalidOperationException(
                    $"{options.InstanceId} has no Address: set where callers and other instances reach it");
            }
            session = new SessionLoop(options, shell, directory, loads, servers, clock.Time, dice, logger);
            running = session.RunAsync(stopping.Token);
        }
    }

    /// <summary>Begins, and waits for the session.</summary>
    /// <exception cref="ShardHostException">There was none within <see cref="ShardHostOptions.RegisterTimeout"/>; the
    /// message says what the servers answered, and names the holder of a taken instance id. The host has
    /// stopped.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Start();
        var started = session!;
        try
        {
            await started.Granted.WaitAsync(options.RegisterTimeout, clock.Time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Kill();
            throw started.Failure($"got no session within {options.RegisterTimeout.TotalSeconds:0.#} s");
        }
        catch
        {
            Kill();
            throw;
        }
    }

    /// <summary>Asks for the shards to be moved away and waits until they are, at most
    /// <see cref="ShardHostOptions.DrainTimeout"/>. False: some are still here.</summary>
    public async Task<bool> DrainAsync(CancellationToken cancellationToken = default)
    {
        session?.Drain();
        try
        {
            await shell.WhenEmptyAsync(cancellationToken)
                .WaitAsync(options.DrainTimeout, clock.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var held = Shards.Count(shard => shard.Held != HeldState.Nothing);
            logger.DrainTimedOut(options.InstanceId, held, options.DrainTimeout);
            return false;
        }
        await Task.Delay(options.DrainLinger, clock.Time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Gives up every shard, waits for the handlers, then closes the session so that others need not wait for
    /// its lease to end (R3). When handlers do not end in time the session is left to end by itself.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (!TryEnd(out var loop))
            return;
        var leaving = shell.Read(machine => machine.Session);
        loop?.Leave();
        shell.Drive((machine, now) => machine.EndSession(now));
        try
        {
            await shell.WhenEmptyAsync(cancellationToken)
                .WaitAsync(options.HandlerTimeout, clock.Time, cancellationToken).ConfigureAwait(false);
            if (loop is not null && !leaving.IsNone)
            {
                if (loop.Deregister(leaving))
                    await running.WaitAsync(options.ServerTimeout, clock.Time, cancellationToken).ConfigureAwait(false);
                else
                    logger.LeavingUnregistered(options.InstanceId, "there is no stream to a server");
            }
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            logger.LeavingUnregistered(options.InstanceId, "handlers or the server did not finish in time");
        }
        await EndAsync().ConfigureAwait(false);
    }

    /// <summary>Ends as a crash would: nothing is said to the servers, the session runs out by itself. Requests are
    /// refused and tokens cancelled when this returns; handlers that run are left to end. For demonstrations and
    /// tests.</summary>
    public void Kill()
    {
        if (!TryEnd(out _))
            return;
        stopping.Cancel();
        shell.AckSink = null;
        shell.Drive((machine, now) => machine.EndSession(now));
        shell.Dispose();
    }

    /// <summary>Asks for a request to be let in. Waits while the shard is on its way here, or while the request knows
    /// more than this instance. The answer must be disposed when the request has been answered.</summary>
    /// <exception cref="OperationCanceledException">The caller went away while waiting.</exception>
    public ValueTask<ShardAdmission> EnterAsync(ShardRequest request, CancellationToken cancellationToken = default)
    {
        if (shell.FindGate(request.Shard) is { } door && door.TryEnter(clock.NowMs, out var admission))
        {
            var served = new AdmitResult { Kind = AdmitKind.Serve, Admission = admission };
            return ValueTask.FromResult(Decided(request.Shard, served));
        }
        return EnterSlowlyAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await StopAsync().ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        if (options.PeerHandler is null)
            Peers.Dispose();
        stopping.Dispose();
    }

    /// <summary>Takes the state another instance hands over. Null: taken; otherwise why not.</summary>
    internal string? Receive(ShardId shard, SessionId meantFor, Revision yielding, HandOver state)
    {
        if (meantFor != Session || !HasSession)
            return $"it is meant for session {meantFor}, which is not the one of {options.InstanceId}";
        if (directory.Find(shard) is not { Role: ShardRole.Preparing or ShardRole.Prepared } role
            || role.Revision > yielding)
            return $"shard {shard} is not about to come to {options.InstanceId} under revision {yielding}";
        return inbox.TryKeep(shard, yielding, state)
            ? null
            : $"{options.InstanceId} holds states of {options.MaxHandOverBytesHeld} bytes already";
    }

    /// <summary>A request could not be sent on to the next owner.</summary>
    internal void ForwardingFailed(ShardId shard) => shell.Drive((machine, _) => machine.ForwardingFailed(shard));

    private async ValueTask<ShardAdmission> EnterSlowlyAsync(ShardRequest request, CancellationToken cancellationToken)
    {
        var maxWait = request.MaxWait is { } wait && wait < options.MaxQueueTime ? wait : options.MaxQueueTime;
        var result = await shell.AdmitAsync(request, (long)maxWait.TotalMilliseconds, cancellationToken)
            .ConfigureAwait(false);
        return Decided(request.Shard, result);
    }

    private ShardAdmission Decided(ShardId shard, in AdmitResult result)
    {
        if (result.Kind == AdmitKind.Serve)
            loads.Served(shard);
        ClientMetrics.Admissions.Add(
            1, new("namespace", options.Namespace), new("decision", result.Kind.ToString()));
        return new ShardAdmission(shell, shard, result);
    }

    private bool TryEnd(out SessionLoop? loop)
    {
        lock (gate)
        {
            loop = session;
            var first = !ended;
            ended = true;
            return first;
        }
    }

    private async Task EndAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        inbox.Clear();
        shell.Dispose();
    }
}
