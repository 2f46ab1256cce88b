using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Watching;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.Tests.Benchmarking.Loads;

public sealed class RequestMessageTests
{
    private readonly KeySpace keys = new(8, 1000, isSequential: true);

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(100_000)]
    public void Put_EveryRequest_HasItsKeyAndTheValue(int valueSize)
    {
        var value = new byte[valueSize];
        Random.Shared.NextBytes(value);
        var message = new PutMessage(keys, value);

        foreach (var index in (long[])[0, 7, 999, 1001])
        {
            var put = PutRequest.Parser.ParseFrom(message.For(index));
            put.Key.ToByteArray().ShouldBe(keys.Key(index));
            put.Value.ToByteArray().ShouldBe(value);
        }
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(10, 300)]
    [InlineData(128, 0)]
    public void Txn_EveryRequest_PutsTheNextKeys(int operations, int valueSize)
    {
        var message = new TxnPutMessage(keys, new byte[valueSize], operations);

        foreach (var index in (long[])[0, 3])
        {
            var txn = TxnRequest.Parser.ParseFrom(message.For(index));
            txn.Compare.ShouldBeEmpty();
            txn.Success.Select(op => op.RequestPut.Key.ToByteArray()).ShouldBe(
                Enumerable.Range(0, operations).Select(i => keys.Key((index * operations) + i)));
        }
    }

    [Fact]
    public void Txn_MorePutsThanKeys_IsRefused() =>
        Should.Throw<ArgumentException>(() => new TxnPutMessage(keys, [], 1001)).Message.ShouldContain("1001");

    [Fact]
    public void StampedPut_ItsEvent_TellsWhenItWasSent()
    {
        var clock = new PutClock(10);
        var message = new StampedPutMessage([keys.Key(0), keys.Key(1)], 16, clock);

        var put = PutRequest.Parser.ParseFrom(message.For(3));

        put.Key.ToByteArray().ShouldBe(keys.Key(1));
        clock.TryRead(put.Value.Span, out var sent).ShouldBeTrue();
        sent.ShouldBeGreaterThan(0);
        clock.TryRead(new byte[16], out _).ShouldBeFalse("the put 0 was not sent");
        clock.TryRead([1], out _).ShouldBeFalse("that is no stamp");
    }
}
