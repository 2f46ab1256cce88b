using Divvy.Client.Etcd;
using Divvy.Coordination;
using Divvy.Coordination.Admin;
using Divvy.Rpc;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>A server.</summary>
internal sealed class ServerNode : Node
{
    private readonly CoordinationServer server;
    private readonly DistributionSettings settings;
    private readonly HeldStore store;

    /// <param name="process">Where it runs.</param>
    /// <param name="network">What it is reached by.</param>
    /// <param name="stores">The members of the store, those it asks first in front.</param>
    /// <param name="settings">What the run is like.</param>
    /// <param name="commits">Asked before it sends a transaction, which waits for what is returned.</param>
    /// <param name="report">Where its failures go.</param>
    public ServerNode(
        SimProcess process,
        SimNetwork network,
        IReadOnlyList<string> stores,
        DistributionSettings settings,
        Func<ServerNode, EtcdTxn, Task?> commits,
        RunReport report)
        : base(process)
    {
        this.settings = settings;
        Nearest = stores[0];
        var logs = new ProcessLogs(process, report);
        var client = new EtcdClient(
            new EtcdClientOptions
            {
                Timeout = settings.StoreTimeout,
                Endpoints = [.. stores.Select(name => new Uri($"http://{name}"))],
                Channels = endpoint => new SimChannel(network, process, endpoint.Host),
                Dice = Dice.Of(process),
            },
            process.Clock,
            logs);
        store = new HeldStore(client) { BeforeTxn = txn => commits(this, txn) };
        var options = new CoordinationOptions
        {
            ServerId = process.Name,
            SessionTtl = settings.SessionTtl,
            ControllerTtl = settings.ControllerTtl,
        };
        server = new CoordinationServer(options, store, process.Clock, logs);
        var services = new RpcServices
        {
            HandlerFailed = (method, failure) =>
                report.Violated("no failure of the code", $"{process.Name}: {method}: {failure}"),
        };
        server.MapTo(services);
        network.Listen(process, services);
    }

    /// <summary>The member of the store that it asks first.</summary>
    public string Nearest { get; }

    /// <summary>It believes that it plans.</summary>
    public bool Leads => Admin.Controllers.Led.Contains(DistributionSettings.Space);

    /// <summary>What operators work with.</summary>
    public AdminServices Admin => server.AdminServices;

    /// <summary>From here on it hears of no change, until the result is called.</summary>
    public Action HoldWatches() => store.Hold();

    /// <summary>Starts it, and has it create the namespace.</summary>
    public void Start() => Process.Deliver(() =>
    {
        _ = server.StartAsync();
        _ = server.EnsureNamespaceAsync(DistributionSettings.Space, settings.Namespace);
    });

    /// <summary>Ends it in peace.</summary>
    public async Task StopAsync()
    {
        if (await RunAsync(() => server.StopAsync()).ConfigureAwait(false))
            Process.Exit();
    }
}
