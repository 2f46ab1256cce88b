using System.Collections.Concurrent;
using System.Threading.Channels;
using Divvy.Client.Hosting;
using Divvy.Client.Servers;
using Divvy.Client.Tests.Servers;
using Divvy.Core.Hosting;
using Divvy.TestKit;

namespace Divvy.Client.Tests.Hosting;

/// <summary>A host on virtual time with servers that the test plays.</summary>
internal sealed class HostFixture : IAsyncDisposable
{
    private readonly Channel<FakeSession> sessions = Channel.CreateUnbounded<FakeSession>();
    private readonly ConcurrentQueue<OwnershipEvent> journal = [];

    public HostFixture(int servers = 1, Action<ShardHostOptions>? configure = null, bool timersFire = true)
    {
        Servers = [.. Enumerable.Range(0, servers).Select(_ => new FakeServer(sessions.Writer))];
        var options = new ShardHostOptions
        {
            Namespace = "orders",
            InstanceId = "a",
            Servers = [new Uri("http://127.0.0.1:1")],
            Address = new Uri("http://127.0.0.1:5001"),
        };
        configure?.Invoke(options);
        Channels = new ServerChannels([.. Servers.Select(server => server.Channel)]);
        Host = new ShardHost(options, Handler, Channels, timersFire ? Time : new PausedTimeProvider(Time));
        Host.OwnershipChanged += journal.Enqueue;
    }

    public FakeServer[] Servers { get; }

    public FakeServer Server => Servers[0];

    public ServerChannels Channels { get; }

    public ManualTimeProvider Time { get; } = new();

    public RecordingHandler Handler { get; } = new();

    public ShardHost Host { get; }

    public IEnumerable<OwnershipEvent> Journal => journal;

    public IEnumerable<JournalEvent> JournalEvents => journal.Select(happened => happened.Event);

    /// <summary>Starts the host and grants its session.</summary>
    public async Task<FakeSession> StartAsync(long session = 100, int ttlMs = 60_000, params Divvy.Rpc.Sharding.Role[] roles)
    {
        Host.Start();
        var stream = await NextSessionAsync();
        await stream.GrantAsync(session, ttlMs, roles);
        return stream;
    }

    /// <summary>The next stream, at whichever server.</summary>
    public Task<FakeSession> NextSessionAsync() => Eventually.Get(sessions.Reader, "a session stream");

    public async ValueTask DisposeAsync()
    {
        Host.Kill();
        await Host.DisposeAsync();
        await Channels.DisposeAsync();
    }
}
