using System.Globalization;
using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Client.Routing;
using Divvy.Client.Servers;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Routing;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Divvy.Simulation.Distribution;

/// <summary>An instance of the sharded service: a shard host, and an application behind it that says what it
/// does.</summary>
internal sealed class InstanceNode : Node, IShardOwner
{
    private const string NestedPath = "/nested";

    private static readonly TimeSpan connectWithin = TimeSpan.FromSeconds(2);

    /// <summary>Long enough to hold up a move, and for operators' limits of it to count.</summary>
    private static readonly TimeSpan longWork = TimeSpan.FromSeconds(4);

    private readonly ShardHost host;
    private readonly OwnershipBook book;
    private readonly DistributionSettings settings;
    private readonly SimRandom random;
    private readonly RequestBook requests;
    private readonly RunReport report;
    private readonly long made;

    /// <summary>What its handlers send requests by; null: they send none.</summary>
    private readonly ShardRouter? router;
    private readonly HttpMessageInvoker? http;

    /// <param name="process">Where it runs.</param>
    /// <param name="id">Under which id it registers: its process's name, unless it is a second process that was given
    /// the id of another one.</param>
    /// <param name="network">What it is reached by.</param>
    /// <param name="servers">The servers.</param>
    /// <param name="settings">What the run is like.</param>
    /// <param name="book">Is told what it owns and serves.</param>
    /// <param name="requests">Is told what becomes of requests in it.</param>
    /// <param name="report">Where its failures go.</param>
    public InstanceNode(
        SimProcess process,
        string id,
        SimNetwork network,
        IReadOnlyList<string> servers,
        DistributionSettings settings,
        OwnershipBook book,
        RequestBook requests,
        RunReport report)
        : base(process)
    {
        this.book = book;
        this.requests = requests;
        this.settings = settings;
        this.report = report;
        random = process.World.Fork($"application {process.Name} {process.Incarnation}");
        var options = new ShardHostOptions
        {
            Namespace = DistributionSettings.Space,
            InstanceId = id,
            Address = new Uri($"http://{process.Name}"),
            Servers = [.. servers.Select(name => new Uri($"http://{name}"))],
            Zone = $"zone-{random.Below(3)}",
            Capacity = random.Pick([1, 1, 1, 2]),
            // Moves between hosts that are far apart, a few at a time, take longer than the half minute of the default.
            // A host whose time is over leaves with its shards, and then requests fail: that it does is no finding.
            DrainTimeout = TimeSpan.FromMinutes(5),
            ServerTimeout = settings.ServerTimeout,
            PeerHandler = new ForwardWatch(
                process.Name, requests, new SimHttpHandler(network, process, connectWithin)),
        };
        var channels = new ServerChannels([.. servers.Select(name => new SimChannel(network, process, name))]);
        if (settings.Nested > 0)
        {
            router = new ShardRouter(
                new ShardRouterOptions { Namespace = options.Namespace, Servers = options.Servers },
                channels,
                process.Clock,
                new Logger<ShardRouter>(new ProcessLogs(process, report)),
                Dice.Of(process));
            http = new HttpMessageInvoker(new ShardRoutingHandler(router, null, process.Clock, Dice.Of(process))
            {
                InnerHandler = new SimHttpHandler(network, process, connectWithin),
            });
        }

        made = process.Clock.GetTimestamp();
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

    /// <summary>Its shards are gone, and it is about to give its session back.</summary>
    public event Action? Leaving;

    public SessionId Session => host.Session;

    /// <inheritdoc/>
    public bool HasSession => IsUp && host.HasSession;

    /// <summary>What its own router knows; null: it has none.</summary>
    public RoutingTable? Table => router?.Table;

    /// <inheritdoc/>
    public TimeSpan Belief => host.SessionDeadline - Process.Clock.GetElapsedTime(made);

    /// <summary>Whether it holds anything of a shard: prepared, or more.</summary>
    public bool Holds(ShardId shard) =>
        host.Shards.Any(held => held.Shard == shard && held.Held != HeldState.Nothing);

    /// <summary>Something is being done to it; leave it alone.</summary>
    public bool IsBusy { get; set; }

    public void Start() => Process.Deliver(() =>
    {
        host.Start();
        router?.Start();
    });

    /// <summary>The newest revision that it has heard of a shard in this session; null: none, or it has forgotten.
    /// </summary>
    public Revision? Heard(ShardId shard) =>
        host.Shards.FirstOrDefault(held => held.Shard == shard) is { HighestRevision: var newest }
            && newest > Revision.None
            ? newest
            : null;

    /// <summary>Moves its shards away, then ends it.</summary>
    public Task StopAsync() => EndAsync(DrainAsync);

    /// <summary>Ends it with what it has.</summary>
    public Task QuitAsync() => EndAsync(static () => Task.CompletedTask);

    private async Task EndAsync(Func<Task> drain)
    {
        var done = await RunAsync(async () =>
        {
            await drain().ConfigureAwait(false);
            Leaving?.Invoke();
            await host.StopAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (done)
            Process.Exit();
    }

    private async Task DrainAsync()
    {
        var calm = book.Calm;
        if (!await host.DrainAsync().ConfigureAwait(false) && calm is not null && calm == book.Calm)
            report.Violated("drains end", $"{Life} could not give its shards away although nothing was wrong");
    }

    private RequestDelegate Pipeline()
    {
        var application = new ApplicationBuilder(NoServices.Instance);
        application.Use(WatchAnswerAsync);
        application.UseShardHost(host);
        application.Run(WorkAsync);
        return application.Build();
    }

    /// <summary>Stands outside of the host's door: what leaves here has left.</summary>
    private async Task WatchAnswerAsync(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        var headers = context.Response.Headers;
        var isOwn = context.Response.StatusCode == StatusCodes.Status200OK
            && headers[ShardHeaders.Instance] == host.InstanceId.Value;
        if (isOwn)
        {
            var generation = long.Parse(headers[ShardHeaders.Generation].First()!, CultureInfo.InvariantCulture);
            book.Answers(this, new ShardId(headers[ShardHeaders.Shard].First()!), new Generation(generation));
        }
    }

    private async Task WorkAsync(HttpContext context)
    {
        var shard = context.GetShard();
        book.Serves(this, shard.Shard, shard.Generation);
        var calls = http is not null && context.Request.Path != NestedPath && random.Chance(settings.Nested);
        var callsFirst = calls && random.Chance(0.5);
        if (callsFirst)
            await CallOwnShardAsync(http!, shard.Shard, context.RequestAborted).ConfigureAwait(false);
        if (random.Chance(settings.Slow))
            await TakeTimeAsync(longWork, context).ConfigureAwait(false);
        else if (settings.Work > TimeSpan.Zero)
            await TakeTimeAsync(settings.Work, context).ConfigureAwait(false);
        // By now the shard may be on its way to somebody else, who waits for this request to end.
        if (calls && !callsFirst)
            await CallOwnShardAsync(http!, shard.Shard, context.RequestAborted).ConfigureAwait(false);

        await context.Response.WriteAsync("done", context.RequestAborted).ConfigureAwait(false);
    }

    private Task TakeTimeAsync(TimeSpan most, HttpContext context) => Task.Delay(
        random.Between(TimeSpan.FromMilliseconds(1), most), Process.Clock, context.RequestAborted);

    /// <summary>As a handler does that uses the service it is a part of: by its router, like everybody else.</summary>
    private async Task CallOwnShardAsync(HttpMessageInvoker http, ShardId shard, CancellationToken aborted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://shards{NestedPath}").SetShard(shard);
        using var waiting = requests.BeginNested(Name, shard);
        try
        {
            using var response = await http.SendAsync(request, aborted).ConfigureAwait(false);
            report.Count($"nested requests answered with {(int)response.StatusCode}");
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            report.Count("nested requests failed");
        }
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
