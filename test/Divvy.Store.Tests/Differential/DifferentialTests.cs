using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Tests.Differential;

/// <summary>The same random requests to a fresh store and a fresh etcd: every answer must be the same, to the
/// revision and the letter, and so must be what a watch of everything hears.</summary>
public sealed class DifferentialTests
{
    private const int Requests = 3000;

    [EtcdTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RandomRequests_ToStoreAndEtcd_AreAnsweredAlike(int seed)
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var etcdChannel = new HttpChannel(new Uri(etcd.Endpoint));
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions());
        var services = new RpcServices();
        store.MapTo(services);
        await using var storeChannel = new InProcessChannel(services);
        await using var etcdWatch = await WatchAllAsync(etcdChannel);
        await using var storeWatch = await WatchAllAsync(storeChannel);
        var (left, right) = (new Peer(storeChannel), new Peer(etcdChannel));
        var generator = new RequestGenerator(seed);
        var history = new List<string>();
        for (var request = 0; request < Requests; request++)
        {
            var next = generator.Next();
            history.Add($"{next.Descriptor.Name} {next}");
            var actual = await left.AnswerAsync(next);
            var expected = await right.AnswerAsync(next);
            actual.ShouldBe(expected, $"request {request}, the last of:\n{string.Join('\n', history.TakeLast(30))}");
        }

        await EndAsync(storeChannel);
        await EndAsync(etcdChannel);
        var heard = await ReadToEndAsync(storeWatch);
        heard.Count.ShouldBeGreaterThan(500);
        heard.ShouldBe(await ReadToEndAsync(etcdWatch));
    }

    private static async Task<WatchClient> WatchAllAsync(IRpcChannel channel)
    {
        var watch = await WatchClient.OpenAsync(channel);
        await watch.CreateAsync(new WatchCreateRequest { RangeEnd = ByteString.CopyFrom(0) });
        return watch;
    }

    private static async Task EndAsync(IRpcChannel channel) => await new Api(channel).PutAsync("the end", "");

    private static async Task<List<string>> ReadToEndAsync(WatchClient watch)
    {
        var heard = new List<string>();
        while (true)
        {
            foreach (var change in (await watch.ReadAsync("the last event")).Events)
            {
                heard.Add(change.ToString());
                if (change.Kv.Key.ToStringUtf8() == "the end")
                    return heard;
            }
        }
    }
}
