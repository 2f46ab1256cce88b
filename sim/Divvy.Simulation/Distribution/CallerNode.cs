using System.Globalization;
using Divvy.Client.Http;
using Divvy.Client.Routing;
using Divvy.Client.Servers;
using Divvy.Core.Identity;
using Divvy.Core.Routing;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;
using Microsoft.Extensions.Logging;

namespace Divvy.Simulation.Distribution;

/// <summary>A caller with a router: one request after the other, each with a deadline.</summary>
internal sealed class CallerNode : Node
{
    private const int Keys = 10_000;

    private readonly ShardRouter router;
    private readonly HttpMessageInvoker http;
    private readonly DistributionSettings settings;
    private readonly RequestBook book;
    private readonly SimRandom random;
    private readonly Func<SimRandom, ShardId?> interest;
    private bool stopping;

    /// <param name="process">Where it runs.</param>
    /// <param name="network">What it reaches others by.</param>
    /// <param name="servers">The servers.</param>
    /// <param name="settings">What the run is like.</param>
    /// <param name="interest">Which shard it asks for next; null: it has no preference.</param>
    /// <param name="book">Is told what becomes of its requests.</param>
    /// <param name="report">Where its failures go.</param>
    public CallerNode(
        SimProcess process,
        SimNetwork network,
        IReadOnlyList<string> servers,
        DistributionSettings settings,
        Func<SimRandom, ShardId?> interest,
        RequestBook book,
        RunReport report)
        : base(process)
    {
        this.interest = interest;
        this.settings = settings;
        this.book = book;
        random = process.World.Fork($"requests of {process.Name}");
        var options = new ShardRouterOptions
        {
            Namespace = DistributionSettings.Space,
            Servers = [.. servers.Select(name => new Uri($"http://{name}"))],
        };
        var channels = new ServerChannels([.. servers.Select(name => new SimChannel(network, process, name))]);
        router = new ShardRouter(
            options,
            channels,
            process.Clock,
            new Logger<ShardRouter>(new ProcessLogs(process, report)),
            Dice.Of(process));
        var handler = new CallerTransport(
            process.Name, book, new SimHttpHandler(network, process, TimeSpan.FromSeconds(2)));
        http = new HttpMessageInvoker(
            new ShardRoutingHandler(router, null, process.Clock, Dice.Of(process)) { InnerHandler = handler });
    }

    /// <summary>What its router knows.</summary>
    public RoutingTable Table => router.Table;

    /// <summary>Completes when it has stopped.</summary>
    public Task Working { get; private set; } = Task.CompletedTask;

    public void Start() => Process.Deliver(() =>
    {
        router.Start();
        Working = WorkAsync();
    });

    /// <summary>No further requests.</summary>
    public void Stop() => stopping = true;

    private async Task WorkAsync()
    {
        await router.WaitForTableAsync().ConfigureAwait(false);
        while (!stopping)
        {
            await Task.Delay(random.Exponential(settings.Thinking), Process.Clock).ConfigureAwait(false);
            if (!stopping)
                await CallAsync().ConfigureAwait(false);
        }
    }

    private async Task CallAsync()
    {
        if (interest(random) is { } shard)
            await CallAsync(shard.Value, request => request.SetShard(shard), _ => shard).ConfigureAwait(false);
        else
            await CallSomeKeyAsync().ConfigureAwait(false);
    }

    private Task CallSomeKeyAsync()
    {
        var key = random.Chance(settings.Hot)
            ? "hot"
            : random.Below(Keys).ToString(CultureInfo.InvariantCulture);
        return CallAsync(key, request => request.SetShardKey(key), router => router.Find(key)?.Shard);
    }

    private async Task CallAsync(
        string key, Action<HttpRequestMessage> address, Func<ShardRouter, ShardId?> find)
    {
        var method = random.Chance(0.3) ? HttpMethod.Post : HttpMethod.Get;
        using var request = new HttpRequestMessage(method, "http://shards/work");
        address(request);
        var record = book.Begin(Name, method.Method, key, find(router));
        try
        {
            using var response = await http.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
            book.Answered(record, response);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            book.Failed(record, failure.Message);
        }
    }
}
