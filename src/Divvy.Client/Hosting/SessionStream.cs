using System.Threading.Channels;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Hosting;

/// <summary>One stream of a session, to one server: the registration, then what comes and what goes until it breaks.
/// Three loops: one reads, one writes, one beats; the first to end ends the stream.</summary>
internal sealed class SessionStream(
    ShardHostOptions options,
    string nonce,
    HostShell shell,
    RoleDirectory directory,
    LoadMeter loads,
    TimeProvider time) : IAsyncDisposable
{
    /// <summary>Heartbeats in one TTL: two may be lost before the session's time runs out.</summary>
    private const int HeartbeatsPerTtl = 3;

    private readonly Channel<InstanceMessage> outgoing = Channel.CreateBounded<InstanceMessage>(
        new BoundedChannelOptions(options.MaxPendingMessages) { SingleReader = true });

    private readonly CancellationTokenSource overflowed = new();
    private RpcCall<InstanceMessage, ServerMessage>? call;
    private SessionId session;
    private TimeSpan heartbeatInterval;
    private bool beatAtOnce;

    /// <summary>The registration named a session to carry on.</summary>
    public bool Resumes { get; private set; }

    public bool WasRegistered { get; private set; }

    /// <summary>The server has acknowledged a heartbeat: it is a server that works.</summary>
    public bool WasAcknowledged { get; private set; }

    /// <summary>Registers. <exception cref="RpcException">The server refused, failed, or took too
    /// long.</exception></summary>
    public async Task<Registered> OpenAsync(IRpcChannel channel, CancellationToken cancellationToken)
    {
        call = channel.Open(ShardingMethods.Session, null, cancellationToken);
        using var late = new CancellationTokenSource(options.ServerTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await call.WriteAsync(new InstanceMessage { Register = Registration() }, both.Token).ConfigureAwait(false);
            var answer = await call.ReadAsync(both.Token).ConfigureAwait(false);
            if (answer?.Registered is not { } registered)
                throw new RpcException(RpcStatusCode.Internal, "the server did not answer the registration");
            Accept(registered);
            return registered;
        }
        catch (OperationCanceledException)
            when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(
                RpcStatusCode.Unavailable,
                $"{channel.Target} did not answer the registration within {options.ServerTimeout.TotalSeconds:0.#} s");
        }
    }

    /// <summary>Carries the stream until it ends. Null: the session goes on; otherwise why the server ended it.
    /// <exception cref="RpcException">The stream broke.</exception></summary>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, overflowed.Token);
        var reading = ReadAsync(stop.Token);
        Task[] loops = [reading, WriteAsync(stop.Token), BeatAsync(stop.Token)];
        var first = await Task.WhenAny(loops).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompletedSuccessfully)
            return await reading.ConfigureAwait(false);
        if (overflowed.IsCancellationRequested)
            throw new RpcException(RpcStatusCode.ResourceExhausted, "the server takes messages too slowly");
        await first.ConfigureAwait(false);
        return null;
    }

    public void Drain() => Send(new InstanceMessage { Drain = new Drain { Session = session.Value } });

    public bool Deregister(SessionId leaving) =>
        Send(new InstanceMessage { Deregister = new Deregister { Session = leaving.Value } });

    public async ValueTask DisposeAsync()
    {
        if (call is not null)
            await call.DisposeAsync().ConfigureAwait(false);
    }

    private Register Registration()
    {
        var (resumed, seen) = shell.Drive((machine, now) =>
        {
            machine.RegistrationSent(now);
            return (machine.Session, machine.SeenRevision);
        });
        Resumes = !resumed.IsNone;
        var register = new Register
        {
            Namespace = options.Namespace,
            Instance = options.InstanceId,
            Address = options.TakesRequests
                ? options.Address?.GetLeftPart(UriPartial.Path).TrimEnd('/') ?? ""
                : "",
            Zone = options.Zone,
            Capacity = options.Capacity,
            Nonce = nonce,
            Session = resumed.Value,
            SeenRevision = seen.Value,
        };
        foreach (var (name, value) in options.Labels)
            register.Labels[name] = value;
        return register;
    }

    private void Accept(Registered registered)
    {
        session = new SessionId(registered.Session);
        heartbeatInterval = TimeSpan.FromMilliseconds(registered.TtlMs) / HeartbeatsPerTtl;
        if (!shell.Drive((machine, now) => machine.SessionGranted(session, registered.TtlMs, now)))
        {
            throw new RpcException(
                RpcStatusCode.Internal, $"the server granted session {session}, which nobody asked for");
        }
        // A resumed session has no more time than its last heartbeat gave it, and a new one that was asked for more
        // than once counts from the first time: such a session asks for more at once.
        beatAtOnce = registered.Resumed || TimeLeft() < 2 * heartbeatInterval;
        WasRegistered = true;
        directory.IsListed = registered.Layout == ShardingLayout.Listed;
        shell.AckSink = ack => Send(new InstanceMessage { Acknowledge = RoleMessages.ToMessage(ack) });
    }

    private TimeSpan TimeLeft() =>
        TimeSpan.FromMilliseconds(Math.Max(0, shell.Read(machine => machine.DeadlineMs) - shell.NowMs));

    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await call!.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            switch (message.MessageCase)
            {
                case ServerMessage.MessageOneofCase.HeartbeatAck:
                    OnHeartbeatAck(message.HeartbeatAck);
                    break;
                case ServerMessage.MessageOneofCase.RoleSet:
                    OnRoles(message.RoleSet.Session, message.RoleSet.Revision, true, message.RoleSet.Roles);
                    break;
                case ServerMessage.MessageOneofCase.RoleUpdate:
                    OnRoles(message.RoleUpdate.Session, message.RoleUpdate.Revision, false, message.RoleUpdate.Roles);
                    break;
                case ServerMessage.MessageOneofCase.SessionEnded
                    when message.SessionEnded.Session == session.Value:
                    shell.Drive((machine, now) => machine.SessionEnded(session, now));
                    return message.SessionEnded.Reason;
                default:
                    // Another session's message counts for nothing (R1); an unknown one comes from a newer server.
                    break;
            }
        }
        throw new RpcException(RpcStatusCode.Unavailable, "the server ended the stream");
    }

    private void OnHeartbeatAck(HeartbeatAck ack)
    {
        WasAcknowledged |= shell.Drive((machine, now) =>
            machine.HeartbeatAcked(new SessionId(ack.Session), ack.Number, ack.TtlMs, now));
    }

    private void OnRoles(long about, long revision, bool isFullSet, IEnumerable<Role> roles)
    {
        if (about != session.Value)
            return;
        RoleAssignment[] assignments = [.. roles.Select(RoleMessages.ToAssignment)];
        directory.Apply(isFullSet, assignments);
        shell.Drive((machine, now) =>
            machine.RolesReceived(session, new Revision(revision), isFullSet, assignments, now));
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in outgoing.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            await call!.WriteAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        if (!beatAtOnce)
            await Task.Delay(heartbeatInterval, time, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            Beat();
            await Task.Delay(heartbeatInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Beat()
    {
        // Timed when it is queued, before it is sent: the renewal it asks for cannot be older (R18).
        var (number, digest) = shell.Drive((machine, now) => (machine.HeartbeatSent(now), machine.Digest));
        var heartbeat = new Heartbeat { Session = session.Value, Number = number, RoleDigest = digest };
        foreach (var (shard, rate) in loads.Take())
            heartbeat.Load.Add(new ShardLoad { Shard = shard.Value, RequestsPerSecond = rate });
        Send(new InstanceMessage { Heartbeat = heartbeat });
    }

    /// <summary>Queues a message. Where the limit is reached, messages would be lost without a word: the stream is
    /// given up instead, and the next one repeats what matters.</summary>
    private bool Send(InstanceMessage message)
    {
        if (outgoing.Writer.TryWrite(message))
            return true;
        overflowed.Cancel();
        return false;
    }
}
