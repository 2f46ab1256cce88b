using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Tests.Servers;

/// <summary>One session stream in the hands of a test.</summary>
internal sealed class FakeSession(
    IRpcReader<InstanceMessage> requests, IRpcWriter<ServerMessage> responses, RpcServerContext context)
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<InstanceMessage.MessageOneofCase> read = [];
    private long session;

    /// <summary>The kinds of all messages read so far, in order.</summary>
    public IReadOnlyList<InstanceMessage.MessageOneofCase> Read => read;

    public Task Ended => ended.Task;

    public CancellationToken Gone => context.CancellationToken;

    public Task<Register> ReadRegisterAsync() => ReadAsync(message => message.Register, "a registration");

    public Task<Heartbeat> ReadHeartbeatAsync() => ReadAsync(message => message.Heartbeat, "a heartbeat");

    public Task<Deregister> ReadDeregisterAsync() => ReadAsync(message => message.Deregister, "a deregistration");

    public Task<Drain> ReadDrainAsync() => ReadAsync(message => message.Drain, "a drain");

    /// <summary>The next acknowledgement of this kind; others are passed over.</summary>
    public Task<Acknowledge> ReadAckAsync(Acknowledgement kind) =>
        ReadAsync(message => message.Acknowledge?.Kind == kind ? message.Acknowledge : null, $"an acknowledgement {kind}");

    /// <summary>Registers the instance, as a server does, and gives it its roles.</summary>
    public async Task<Register> GrantAsync(long id, int ttlMs = 60_000, params Role[] roles)
    {
        var register = await ReadRegisterAsync();
        session = id;
        var resumed = register.Session == id;
        await SendAsync(new ServerMessage
        {
            Registered = new Registered { Session = id, TtlMs = ttlMs, Server = "fake", Resumed = resumed },
        });
        await SendSetAsync(Math.Max(1, register.SeenRevision), roles);
        return register;
    }

    public Task SendSetAsync(long revision, params Role[] roles) =>
        SendAsync(new ServerMessage { RoleSet = new RoleSet { Session = session, Revision = revision, Roles = { roles } } });

    public Task SendAsync(params Role[] roles) => SendAsync(new ServerMessage
    {
        RoleUpdate = new RoleUpdate { Session = session, Revision = roles.Max(role => role.Revision), Roles = { roles } },
    });

    public Task AcknowledgeAsync(Heartbeat heartbeat, int ttlMs) => SendAsync(new ServerMessage
    {
        HeartbeatAck = new HeartbeatAck { Session = heartbeat.Session, Number = heartbeat.Number, TtlMs = ttlMs },
    });

    public Task EndSessionAsync(string reason) => SendAsync(new ServerMessage
    {
        SessionEnded = new SessionEnded { Session = session, Reason = reason },
    });

    public Task SendAsync(ServerMessage message) => responses.WriteAsync(message).AsTask();

    /// <summary>Ends the stream with a status.</summary>
    public void Break(RpcStatusCode code = RpcStatusCode.Unavailable, string detail = "the test broke the stream") =>
        ended.TrySetException(new RpcException(code, detail));

    private async Task<T> ReadAsync<T>(Func<InstanceMessage, T?> choose, string what)
        where T : class
    {
        using var late = new CancellationTokenSource(Eventually.Patience);
        try
        {
            while (await requests.ReadAsync(late.Token) is { } message)
            {
                read.Add(message.MessageCase);
                if (choose(message) is { } chosen)
                    return chosen;
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"the instance never sent {what}");
        }
        throw new InvalidOperationException($"the instance ended the stream instead of sending {what}");
    }
}
