using Divvy.Coordination.Layout;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Tests.Layout;

public sealed class StoreLayoutTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/prod")]
    [InlineData("/prod/")]
    public void Parse_OwnKeys_AreTakenApartAndLieInTheRange(string prefix)
    {
        var layout = new StoreLayout(prefix);
        var keys = new Dictionary<string, StoreKey>
        {
            [layout.Namespace("ns")] = new(StoreKeyKind.Namespace, "ns", ""),
            [layout.Service("ns", new InstanceId("a"))] = new(StoreKeyKind.Service, "ns", "a"),
            [layout.Status("ns", new InstanceId("a"))] = new(StoreKeyKind.Status, "ns", "a"),
            [layout.Shard("ns", new ShardId("7"))] = new(StoreKeyKind.Shard, "ns", "7"),
            [$"{layout.Election("ns")}/1f"] = new(StoreKeyKind.Leader, "ns", "1f"),
            [layout.Event("ns", 12, "s1")] = new(StoreKeyKind.Event, "ns", "00000000000000000012-s1"),
        };

        foreach (var (key, parts) in keys)
        {
            layout.Parse(key).ShouldBe(parts);
            string.CompareOrdinal(key, layout.RangeStart).ShouldBeGreaterThanOrEqualTo(0);
            string.CompareOrdinal(key, layout.RangeEnd).ShouldBeLessThan(0);
        }
    }

    [Theory]
    [InlineData("/shards/ns")]
    [InlineData("/shards/ns/")]
    [InlineData("/shards//7")]
    [InlineData("/shards/ns/7/8")]
    [InlineData("/shard-distributor/namespaces/")]
    [InlineData("/shard-distributor/other/ns/1")]
    [InlineData("/setup/ns/1")]
    [InlineData("")]
    public void Parse_ForeignKeys_AreUnknown(string key) =>
        new StoreLayout().Parse(key).Kind.ShouldBe(StoreKeyKind.Unknown);

    [Fact]
    public void Parse_KeysOfAnotherPrefix_AreUnknown() =>
        new StoreLayout("/prod").Parse(new StoreLayout("/test").Shard("ns", new ShardId("7"))).Kind
            .ShouldBe(StoreKeyKind.Unknown);

    [Theory]
    [InlineData("a", true)]
    [InlineData("A-1_b.c:2", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("a/b", false)]
    [InlineData("ä", false)]
    public void IsName_AllowsWhatFitsAKey(string? name, bool expected) => StoreLayout.IsName(name).ShouldBe(expected);
}
