using Divvy.Rpc.Client;
using Divvy.Rpc.Etcd;
using Divvy.TestKit.Etcd;
using Google.Protobuf;

namespace Divvy.Rpc.Tests.Etcd;

/// <summary>The client against the etcd of the etcd project.</summary>
public sealed class EtcdTests
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("k");

    [EtcdFact]
    public async Task Etcd_PutRangeWatch_Work()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var channel = new HttpChannel(new Uri(etcd.Endpoint));
        await using var watch = channel.Open(EtcdMethods.Watch);
        await watch.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Key } });
        (await Next(watch)).Created.ShouldBeTrue();

        var put = new PutRequest { Key = Key, Value = ByteString.CopyFromUtf8("v") };
        var revision = (await channel.UnaryAsync(EtcdMethods.Put, put)).Header.Revision;
        var found = await channel.UnaryAsync(EtcdMethods.Range, new RangeRequest { Key = Key });
        found.Kvs.ShouldHaveSingleItem().ModRevision.ShouldBe(revision);
        (await Next(watch)).Events.ShouldHaveSingleItem().Kv.Value.ToStringUtf8().ShouldBe("v");
        await etcd.ControlAsync("put", "k", "w");
        (await Next(watch)).Events.ShouldHaveSingleItem().Kv.Value.ToStringUtf8().ShouldBe("w");
    }

    [EtcdFact]
    public async Task Etcd_Errors_CarryCodeAndText()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var channel = new HttpChannel(new Uri(etcd.Endpoint));
        var failure = await Waiting.Failure(channel.UnaryAsync(EtcdMethods.Put, new PutRequest()), "the error");
        failure.Code.ShouldBe(RpcStatusCode.InvalidArgument);
        failure.Detail.ShouldBe("etcdserver: key is not provided");
        failure = await Waiting.Failure(
            channel.UnaryAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = 1 }), "the error");
        failure.Code.ShouldBe(RpcStatusCode.NotFound);
        var large = new PutRequest { Key = Key, Value = ByteString.CopyFrom(new byte[3_000_000]) };
        failure = await Waiting.Failure(channel.UnaryAsync(EtcdMethods.Put, large), "the error");
        failure.Code.ShouldBe(RpcStatusCode.ResourceExhausted);
    }

    [EtcdFact]
    public async Task Etcd_LargeAnswer_NeedsALargerLimit()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var small = new HttpChannel(new Uri(etcd.Endpoint));
        await using var large = new HttpChannel(
            new Uri(etcd.Endpoint), new() { MaxReceiveMessageSize = int.MaxValue });
        for (var i = 0; i < 5; i++)
        {
            await small.UnaryAsync(EtcdMethods.Put, new PutRequest
            {
                Key = ByteString.CopyFromUtf8($"k{i}"),
                Value = ByteString.CopyFrom(new byte[1_000_000]),
            });
        }

        var all = new RangeRequest { Key = Key, RangeEnd = ByteString.CopyFromUtf8("l") };
        (await Waiting.Failure(small.UnaryAsync(EtcdMethods.Range, all), "the limit"))
            .Code.ShouldBe(RpcStatusCode.ResourceExhausted);
        (await large.UnaryAsync(EtcdMethods.Range, all)).Kvs.Count.ShouldBe(5);
    }

    [EtcdFact]
    public async Task Etcd_Killed_EndsOpenCallsAsUnavailable()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var channel = new HttpChannel(new Uri(etcd.Endpoint));
        await using var watch = channel.Open(EtcdMethods.Watch);
        await watch.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Key } });
        (await Next(watch)).Created.ShouldBeTrue();
        await etcd.KillAsync();
        (await Waiting.Failure(watch.ReadAsync(), "the end of the watch")).Code.ShouldBe(RpcStatusCode.Unavailable);
        await etcd.StartAsync();
        await channel.UnaryAsync(EtcdMethods.Put, new PutRequest { Key = Key });
    }

    private static async Task<WatchResponse> Next(RpcCall<WatchRequest, WatchResponse> watch) =>
        (await Waiting.Or(watch.ReadAsync().AsTask(), "an answer of the watch")).ShouldNotBeNull();
}
