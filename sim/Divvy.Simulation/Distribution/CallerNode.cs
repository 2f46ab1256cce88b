using System.Globalization;
using Divvy.Client.Http;
using Divvy.Client.Routing;
using Divvy.Client.Servers;
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
    private bool stopping;

    public CallerNode(
        SimProcess process,
        SimNetwork network,
        IReadOnlyList<string> servers,
        DistributionSettings settings,
        RequestBook book,
        RunReport report)
        : base(process)
    {
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
        var key = random.Chance(settings.Hot)
            ? "hot"
            : random.Below(Keys).ToString(CultureInfo.InvariantCulture);
        var method = random.Chance(0.3) ? HttpMethod.Post : HttpMethod.Get;
        using var request = new HttpRequestMessage(method, "http://shards/work").SetShardKey(key);
        var record = book.Begin(Name, method.Method, key, router.Find(key)?.Shard);
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
