using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Divvy.Core.Streams;
using Divvy.Streams.Leases.Table;

namespace Divvy.Streams.Tests.Leases.Table;

/// <summary>Items as the Java KCL writes them, attribute by attribute.</summary>
public sealed class LeaseRowTests
{
    internal static Dictionary<string, AttributeValue> Kcl2 => new()
    {
        ["leaseKey"] = new() { S = "shardId-000000000003" },
        ["leaseOwner"] = new() { S = "java-1" },
        ["leaseCounter"] = new() { N = "42" },
        ["checkpoint"] = new() { S = "49590338271490256608559692540925702759324208523137515618" },
        ["checkpointSubSequenceNumber"] = new() { N = "3" },
        ["ownerSwitchesSinceCheckpoint"] = new() { N = "1" },
        ["parentShardId"] = new() { SS = ["shardId-000000000001"] },
        ["startingHashKey"] = new() { S = "0" },
        ["endingHashKey"] = new() { S = "170141183460469231731687303715884105727" },
    };

    internal static Dictionary<string, AttributeValue> Kcl3 => new(Kcl2)
    {
        ["leaseOwner"] = new() { S = "java-2" },
        ["checkpointOwner"] = new() { S = "java-1" },
        ["throughputKBps"] = new() { N = "12.5" },
        ["pendingCheckpoint"] = new() { S = "49590338271490256608559692540925702759324208523137515999" },
        ["pendingCheckpointSubSequenceNumber"] = new() { N = "0" },
        ["pendingCheckpointState"] = new() { B = new MemoryStream([1, 2, 3]) },
        ["childShardIds"] = new() { SS = ["shardId-000000000007", "shardId-000000000006"] },
        ["entityType"] = new() { S = "LEASE" },
    };

    [Fact]
    public void Read_RowOfKcl2_HasEverything()
    {
        var lease = LeaseRow.Read(Kcl2)!;
        lease.Key.ShouldBe("shardId-000000000003");
        lease.Owner.ShouldBe("java-1");
        lease.Counter.ShouldBe(42);
        lease.Checkpoint.ShouldBe(new Checkpoint("49590338271490256608559692540925702759324208523137515618", 3));
        lease.OwnerSwitchesSinceCheckpoint.ShouldBe(1);
        lease.Parents.ShouldBe(["shardId-000000000001"]);
        lease.HashKeys.ShouldBe(new HashKeyRange(0, UInt128.MaxValue / 2));
        lease.YieldingOwner.ShouldBeNull();
    }

    [Fact]
    public void Read_RowOfKcl3InAHandoff_HasBothOwnersAndWhatIsPending()
    {
        var lease = LeaseRow.Read(Kcl3)!;
        (lease.Owner, lease.YieldingOwner, lease.Holder).ShouldBe(("java-2", "java-1", "java-1"));
        lease.PendingCheckpoint!.Value.SequenceNumber.ShouldEndWith("999");
        lease.PendingState.ShouldBe([1, 2, 3]);
        lease.Children.ShouldBe(["shardId-000000000006", "shardId-000000000007"]);
    }

    [Theory]
    [InlineData("STREAM")]
    [InlineData("LEADER")]
    [InlineData("CLIENT_VERSION_MIGRATION")]
    [InlineData("TABLE_MIGRATION")]
    [InlineData("WORKER_METRIC_STATS")]
    public void Read_OtherEntities_AreSkipped(string entity)
    {
        var item = Kcl2;
        item["entityType"] = new() { S = entity };
        LeaseRow.Read(item).ShouldBeNull();
    }

    [Fact]
    public void Read_ForeignRow_IsSkipped() =>
        LeaseRow.Read(new() { ["leaseKey"] = new() { S = "notes" }, ["text"] = new() { S = "by hand" } }).ShouldBeNull();

    [Fact]
    public void Create_NewLease_HasExactlyTheKclsAttributesAndTypes()
    {
        var lease = new StreamLease("shardId-000000000003")
        {
            Parents = ["shardId-000000000002", "shardId-000000000001"],
            HashKeys = HashKeyRange.All,
        };
        Shape(LeaseRow.Create(lease)).ShouldBe(
            """
            checkpoint S TRIM_HORIZON
            checkpointSubSequenceNumber N 0
            endingHashKey S 340282366920938463463374607431768211455
            leaseCounter N 0
            leaseKey S shardId-000000000003
            ownerSwitchesSinceCheckpoint N 0
            parentShardId SS ["shardId-000000000001","shardId-000000000002"]
            startingHashKey S 0
            """);
    }

    [Fact]
    public void Create_LeaseOfSeveralStreams_NamesStreamAndShard()
    {
        var stream = new StreamIdentity("orders", "123456789012", 1700000000);
        var key = stream.LeaseKey("shardId-000000000003", severalStreams: true);
        var item = LeaseRow.Create(new StreamLease(key) { Parents = [StreamIdentity.Sibling(key, "shardId-000000000001")] });
        item["leaseKey"].S.ShouldBe("123456789012:orders:1700000000:shardId-000000000003");
        item["streamName"].S.ShouldBe("123456789012:orders:1700000000");
        item["shardId"].S.ShouldBe("shardId-000000000003");
        item["parentShardId"].SS.ShouldBe(["shardId-000000000001"]);
        LeaseRow.Read(item)!.Parents.ShouldBe(["123456789012:orders:1700000000:shardId-000000000001"]);
    }

    [Fact]
    public void Of_Renewal_ChangesTheCounterAlone()
    {
        var request = LeaseUpdate.Of(LeaseWrite.Renew(LeaseRow.Read(Kcl2)!), "application");
        request.UpdateExpression.ShouldBe("SET leaseCounter = :v2");
        request.ConditionExpression.ShouldBe(
            "attribute_exists(leaseKey) AND leaseCounter = :v0 AND leaseOwner = :v1"
            + " AND attribute_not_exists(checkpointOwner)");
    }

    [Fact]
    public void Of_Ask_LeavesTheCounterAlone()
    {
        var request = LeaseUpdate.Of(LeaseWrite.Ask(LeaseRow.Read(Kcl2)!, "divvy-1"), "application");
        request.UpdateExpression.ShouldBe("SET leaseOwner = :v1, checkpointOwner = :v2");
        request.ConditionExpression.ShouldNotContain("leaseCounter");
    }

    [Fact]
    public void Of_TakeDuringAHandoff_RemovesTheCheckpointOwner() =>
        LeaseUpdate.Of(LeaseWrite.Take(LeaseRow.Read(Kcl3)!, "divvy-1"), "application")
            .UpdateExpression.ShouldEndWith("REMOVE checkpointOwner");

    internal static string Shape(Dictionary<string, AttributeValue> item) => string.Join(
        Environment.NewLine,
        item.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Value switch
        {
            { S: { } text } => $"{pair.Key} S {text}",
            { N: { } number } => $"{pair.Key} N {number}",
            { SS: { Count: > 0 } set } =>
                $"{pair.Key} SS {JsonSerializer.Serialize(set.Order(StringComparer.Ordinal))}",
            _ => $"{pair.Key} B",
        }));
}
