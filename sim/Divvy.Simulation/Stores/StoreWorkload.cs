using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Simulation.Faults;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;
using Divvy.Store;
using Google.Protobuf;

namespace Divvy.Simulation.Stores;

/// <summary>One member in memory, and clients that write one key each and read it back.</summary>
internal sealed class StoreWorkload : IWorkload
{
    public IReadOnlyList<FaultKind> FaultKinds => [FaultKind.Drift];

    public async Task RunAsync(SimWorld world, SimulationOptions options, FaultPlan faults, RunReport report)
    {
        var process = world.Start("member-1");
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions(), process.Clock);
        var services = new RpcServices();
        store.MapTo(services);
        await using var channel = new InProcessChannel(services);
        var clients = Enumerable.Range(1, options.Clients).Select(WriteAsync).ToList();
        await Task.WhenAll(clients).ConfigureAwait(false);

        async Task WriteAsync(int number)
        {
            var random = world.Fork($"client {number}");
            var key = ByteString.CopyFromUtf8($"key-{number}");
            for (var round = 0; world.Now < options.Faulty; round++)
            {
                await world.Delay(random.Exponential(TimeSpan.FromMilliseconds(20))).ConfigureAwait(false);
                var value = ByteString.CopyFromUtf8($"{round}");
                var put = await channel.UnaryAsync(EtcdMethods.Put, new PutRequest { Key = key, Value = value })
                    .ConfigureAwait(false);
                var range = await channel.UnaryAsync(EtcdMethods.Range, new RangeRequest { Key = key })
                    .ConfigureAwait(false);
                world.Trace.Add(TraceKind.Client, $"client {number}", $"revision {put.Header.Revision}");
                report.Count("puts");
                if (range.Kvs.Count != 1 || range.Kvs[0].Value != value)
                    report.Violated("reads own writes", $"client {number} wrote {value} and read {range}");
            }
        }
    }
}
