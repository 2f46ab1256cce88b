using Divvy.Cli.Benchmarking.Http2;
using Divvy.Cli.Benchmarking.Watching;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Tests.Benchmarking.Watching;

public sealed class WatchResponseReaderTests
{
    [Fact]
    public void Read_Events_GivesTheirValuesAndNotThoseFromBefore()
    {
        var response = new WatchResponse { Header = new ResponseHeader { Revision = 7 }, WatchId = 3 };
        foreach (var value in (string[])["one", "two", ""])
        {
            response.Events.Add(new Event
            {
                Kv = new KeyValue { Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8(value), Lease = 5 },
                PrevKv = new KeyValue { Value = ByteString.CopyFromUtf8("before") },
            });
        }

        var reader = new WatchResponseReader(response.ToByteArray());
        var values = new List<string>();
        while (reader.NextEvent())
            values.Add(ByteString.CopyFrom(reader.Value).ToStringUtf8());

        values.ShouldBe(["one", "two", ""]);
        reader.IsCreated.ShouldBeFalse();
        reader.IsCanceled.ShouldBeFalse();
    }

    [Fact]
    public void Read_Refusal_GivesTheReason()
    {
        var response = new WatchResponse { Created = true, Canceled = true, WatchId = -1, CancelReason = "compacted" };

        var reader = new WatchResponseReader(response.ToByteArray());

        reader.IsCreated.ShouldBeTrue();
        reader.IsCanceled.ShouldBeTrue();
        reader.CancelReason.ShouldBe("compacted");
        reader.NextEvent().ShouldBeFalse();
    }

    [Theory]
    [InlineData("5A05 01")] // a field longer than the message
    [InlineData("08")] // a number that is not there
    [InlineData("0B")] // a wire type that is not in use
    [InlineData("08FFFFFFFFFFFFFFFFFFFF01")] // a number that is too long
    public void Read_NoMessage_IsRefused(string hex) =>
        Should.Throw<Http2Exception>(() => { _ = new WatchResponseReader(Convert.FromHexString(hex.Replace(" ", ""))); });

    [Theory]
    [InlineData(10, 100, 1, 1000, 1_000_000)]
    [InlineData(1, 3, 2, 5, 8)] // watchers 2 and 1, puts 3 and 2
    public void Expected_PutsToWatchedKeys_AreCountedForEachWatcher(
        int streams, int watchers, int keys, int puts, long expected)
    {
        var settings = new WatchSettings
        {
            Streams = streams,
            WatchersPerStream = watchers,
            Keys = [.. Enumerable.Range(0, keys).Select(_ => Array.Empty<byte>())],
            Puts = puts,
            PutRate = 0,
            ValueSize = 8,
        };

        WatchLoad.Expected(settings, puts).ShouldBe(expected);
    }
}
