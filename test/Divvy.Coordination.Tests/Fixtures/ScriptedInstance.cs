using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>An instance that speaks the raw protocol: it keeps the roles it is told, heartbeats, and acknowledges what the
/// test lets it. It is not the product's host: no handlers, no fencing, nothing to hide what servers say. Thread-safe.
/// </summary>
internal sealed class ScriptedInstance(string id) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Role> roles = [];
    private readonly SemaphoreSlim writing = new(1);
    private RpcCall<InstanceMessage, ServerMessage>? call;
    private CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong heartbeats;

    public string Id => id;

    public string Nonce { get; init; } = Guid.NewGuid().ToString("n");

    public double Capacity { get; set; } = 1;

    public string Namespace { get; set; } = TestCluster.Space;

    /// <summary>Which roles are answered by themselves. Default: all.</summary>
    public Func<Role, bool> Answers { get; set; } = _ => true;

    /// <summary>Whether heartbeats are sent by themselves. Default: yes.</summary>
    public bool Heartbeats { get; set; } = true;

    public Registered Registered { get; private set; } = new();

    public long Session => Registered.Session;

    public SessionRef Ref => new(new InstanceId(id), new SessionId(Session));

    public HeartbeatAck? LastAck { get; private set; }

    public SessionEnded? Ended { get; private set; }

    /// <summary>What ended the stream, if it was not this instance.</summary>
    public RpcException? Failure { get; private set; }

    public int FullSets { get; private set; }

    public long SeenRevision { get; private set; }

    public IReadOnlyDictionary<string, Role> Roles
    {
        get
        {
            lock (gate)
                return new Dictionary<string, Role>(roles);
        }
    }

    public IReadOnlyList<string> Owned =>
        [.. Roles.Values.Where(role => role.Kind == RoleKind.RoleActive).Select(role => role.Shard).Order()];

    /// <summary>How many shards it owns.</summary>
    public int Active
    {
        get
        {
            lock (gate)
                return roles.Values.Count(role => role.Kind == RoleKind.RoleActive);
        }
    }

    /// <summary>Registers, or carries a session on, and returns once the answer came.</summary>
    public async Task ConnectAsync(IRpcChannel channel, bool resume = false)
    {
        stop = new CancellationTokenSource();
        call = channel.Open(ShardingMethods.Session, null, stop.Token);
        await call.WriteAsync(new InstanceMessage
        {
            Register = new Register
            {
                Namespace = Namespace,
                Instance = id,
                Address = $"http://{id}:80",
                Capacity = Capacity,
                Nonce = Nonce,
                Session = resume ? Session : 0,
                SeenRevision = resume ? SeenRevision : 0,
            },
        });
        var first = await call.ReadAsync().AsTask().Within($"the registration of {id}");
        Registered = first!.Registered.ShouldNotBeNull();
        var open = call;
        running = Task.WhenAll(ReadAsync(open), HeartbeatAsync(stop.Token));
    }

    /// <summary>The connection breaks; the session goes on.</summary>
    public async Task DisconnectAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (call is not null)
            await call.DisposeAsync();
    }

    public Task SendHeartbeatAsync(ulong? digest = null, params ShardLoad[] load)
    {
        var message = new Heartbeat { Session = Session, Number = ++heartbeats, RoleDigest = digest ?? Digest() };
        message.Load.AddRange(load);
        return SendAsync(new InstanceMessage { Heartbeat = message });
    }

    public Task DrainAsync() => SendAsync(new InstanceMessage { Drain = new Drain { Session = Session } });

    public Task DeregisterAsync() =>
        SendAsync(new InstanceMessage { Deregister = new Deregister { Session = Session } });

    /// <summary>Acknowledges a role the instance has.</summary>
    public Task AnswerAsync(string shard, Acknowledgement? kind = null, string error = "", bool handedOver = false)
    {
        var role = Roles[shard];
        return SendAsync(new InstanceMessage
        {
            Acknowledge = new Acknowledge
            {
                Session = Session,
                Shard = shard,
                Revision = role.Revision,
                Kind = kind ?? AnswerTo(role),
                Error = error,
                HandedOver = handedOver,
            },
        });
    }

    public async Task SendAsync(InstanceMessage message)
    {
        await writing.WaitAsync();
        try
        {
            await call!.WriteAsync(message);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Waits until the instance is in a state.</summary>
    public async Task UntilAsync(Func<ScriptedInstance, bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            Task signal;
            lock (gate)
                signal = changed.Task;
            if (condition(this))
                return;
            try
            {
                await signal.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                var held = string.Join(", ", Roles.Values.Select(role => $"{role.Shard}: {role.Kind}").Take(20));
                throw new TimeoutException(
                    $"{id} did not get within {Patience.Limit.TotalSeconds} s: {what}. It has: {held}; {Ended}; {Failure?.Message}");
            }
        }
    }

    public Task UntilRoleAsync(string shard, RoleKind kind) => UntilAsync(
        self => self.Roles.TryGetValue(shard, out var role) ? role.Kind == kind : kind == RoleKind.RoleNone,
        $"role {kind} of shard {shard}");

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        writing.Dispose();
    }

    private async Task ReadAsync(RpcCall<InstanceMessage, ServerMessage> open)
    {
        try
        {
            while (await open.ReadAsync() is { } message)
            {
                foreach (var role in Take(message).Where(role => Answers(role)))
                {
                    if (AnswerTo(role) != Acknowledgement.Unspecified)
                        await SendAnswerAsync(role);
                }
            }
        }
        catch (RpcException failure)
        {
            Failure = failure;
        }
        catch (OperationCanceledException)
        {
            // The test broke the connection.
        }
        Changed();
    }

    private Task SendAnswerAsync(Role role) => SendAsync(new InstanceMessage
    {
        Acknowledge = new Acknowledge
        {
            Session = Session,
            Shard = role.Shard,
            Revision = role.Revision,
            Kind = AnswerTo(role),
        },
    });

    private List<Role> Take(ServerMessage message)
    {
        var taken = new List<Role>();
        lock (gate)
        {
            switch (message.MessageCase)
            {
                case ServerMessage.MessageOneofCase.RoleSet:
                    roles.Clear();
                    FullSets++;
                    taken.AddRange(message.RoleSet.Roles);
                    break;
                case ServerMessage.MessageOneofCase.RoleUpdate:
                    taken.AddRange(message.RoleUpdate.Roles);
                    break;
                case ServerMessage.MessageOneofCase.HeartbeatAck:
                    LastAck = message.HeartbeatAck;
                    break;
                case ServerMessage.MessageOneofCase.SessionEnded:
                    Ended = message.SessionEnded;
                    break;
            }
            foreach (var role in taken)
            {
                SeenRevision = Math.Max(SeenRevision, role.Revision);
                if (role.Kind == RoleKind.RoleNone)
                    roles.Remove(role.Shard);
                else
                    roles[role.Shard] = role;
            }
        }
        Changed();
        return taken;
    }

    private async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        var interval = TimeSpan.FromMilliseconds(Registered.TtlMs / 4.0);
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (Heartbeats)
                    await SendHeartbeatAsync();
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or RpcException)
        {
            // The stream is over.
        }
    }

    private ulong Digest()
    {
        lock (gate)
        {
            return roles.Values.Aggregate(RoleDigest.Empty, (sum, role) => unchecked(
                sum + RoleDigest.Of(new ShardId(role.Shard), ToRole(role.Kind), new Revision(role.Revision))));
        }
    }

    private void Changed()
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            signal = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        signal.SetResult();
    }

    private static Acknowledgement AnswerTo(Role role) => role.Kind switch
    {
        RoleKind.RolePreparing or RoleKind.RoleStandby => Acknowledgement.Ready,
        RoleKind.RoleActive => Acknowledgement.Active,
        RoleKind.RoleYielding or RoleKind.RoleClosing => Acknowledgement.Yielded,
        _ => Acknowledgement.Unspecified,
    };

    private static ShardRole ToRole(RoleKind kind) => kind switch
    {
        RoleKind.RoleStandby => ShardRole.Standby,
        RoleKind.RolePreparing => ShardRole.Preparing,
        RoleKind.RolePrepared => ShardRole.Prepared,
        RoleKind.RoleActive => ShardRole.Active,
        RoleKind.RoleYielding => ShardRole.Yielding,
        RoleKind.RoleClosing => ShardRole.Closing,
        _ => ShardRole.None,
    };
}
