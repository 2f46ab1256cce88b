using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Divvy.Client.Servers;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Divvy.Simulation.Distribution;

/// <summary>An instance of the sharded service: a shard host, and an application behind it that says what it
/// does.</summary>
internal sealed class InstanceNode : Node
{
    private static readonly TimeSpan connectWithin = TimeSpan.FromSeconds(2);

    private readonly ShardHost host;
    private readonly OwnershipBook book;
    private readonly DistributionSettings settings;
    private readonly SimRandom random;

    public InstanceNode(
        SimProcess process,
        SimNetwork network,
        IReadOnlyList<string> servers,
        DistributionSettings settings,
        OwnershipBook book,
        RunReport report)
        : base(process)
    {
        this.book = book;
        this.settings = settings;
        random = process.World.Fork($"application {process.Name} {process.Incarnation}");
        var options = new ShardHostOptions
        {
            Namespace = DistributionSettings.Space,
            InstanceId = process.Name,
            Address = new Uri($"http://{process.Name}"),
            Servers = [.. servers.Select(name => new Uri($"http://{name}"))],
            Zone = $"zone-{random.Below(3)}",
            Capacity = random.Pick([1, 1, 1, 2]),
            PeerHandler = new SimHttpHandler(network, process, connectWithin),
        };
        var channels = new ServerChannels([.. servers.Select(name => new SimChannel(network, process, name))]);
        host = new ShardHost(
            options,
            new RecordingHandler(this, book, settings, report),
            channels,
            process.Clock,
            new Logger<ShardHost>(new ProcessLogs(process, report)),
            Dice.Of(process));
        host.OwnershipChanged += OnOwnershipChanged;
        process.Crashed += () => book.Gone(this);
        network.Listen(process, new SimHttpServer(Pipeline()));
    }

    public SessionId Session => host.Session;

    /// <summary>Whether it believes in its session at this instant, by its own clock.</summary>
    public bool HasSession => IsUp && host.HasSession;

    /// <summary>Something is being done to it; leave it alone.</summary>
    public bool IsBusy { get; set; }

    public void Start() => Process.Deliver(host.Start);

    /// <summary>Moves its shards away, then ends it.</summary>
    public async Task StopAsync()
    {
        var done = await RunAsync(async () =>
        {
            await host.DrainAsync().ConfigureAwait(false);
            await host.StopAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (done)
            Process.Exit();
    }

    private RequestDelegate Pipeline()
    {
        var application = new ApplicationBuilder(NoServices.Instance);
        application.UseShardHost(host);
        application.Run(WorkAsync);
        return application.Build();
    }

    private async Task WorkAsync(HttpContext context)
    {
        var shard = context.GetShard();
        book.Serves(this, shard.Shard, shard.Generation);
        if (settings.Work > TimeSpan.Zero)
        {
            await Task.Delay(
                random.Between(TimeSpan.FromMilliseconds(1), settings.Work), Process.Clock, context.RequestAborted)
                .ConfigureAwait(false);
        }

        await context.Response.WriteAsync("done", context.RequestAborted).ConfigureAwait(false);
    }

    private void OnOwnershipChanged(OwnershipEvent happened)
    {
        switch (happened.Event)
        {
            case JournalEvent.Prepared:
                break;
            case JournalEvent.Activated:
                book.Begins(this, happened.Session, happened.Shard, happened.Generation);
                break;
            default:
                book.Ends(this, happened.Shard, happened.Generation, happened.Event);
                break;
        }
    }
}
