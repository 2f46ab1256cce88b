using System.Text;
using Divvy.Core.Streams;
using Divvy.Streams.Leases;
using Divvy.Streams.Leases.Distributed;

namespace Divvy.Streams.Tests.Leases.Distributed;

public sealed class LeaseRowTests
{
    [Fact]
    public void Encode_EveryValue_ComesBack()
    {
        var lease = new StreamLease("s")
        {
            Owner = "w",
            Counter = 7,
            Checkpoint = new Checkpoint("49590338271490256608559692538361571095921575989136588898", 3),
            PendingCheckpoint = new Checkpoint("5", 1),
            PendingState = [1, 2, 3],
            OwnerSwitchesSinceCheckpoint = 2,
            Parents = ["p1", "p2"],
            Children = ["c"],
            HashKeys = HashKeyRange.All,
        };

        var (read, generation) = LeaseRow.Decode("s", LeaseRow.Encode(lease, 42));

        generation.ShouldBe(42);
        read.PendingState.ToArray().ShouldBe(lease.PendingState.ToArray());
        read.Parents.ShouldBe(lease.Parents);
        read.Children.ShouldBe(lease.Children);
        (read with { PendingState = [], Parents = [], Children = [] })
            .ShouldBe(lease with { PendingState = [], Parents = [], Children = [] });
    }

    [Fact]
    public void Encode_Names_AreTheKclsAttributes()
    {
        var text = Encoding.UTF8.GetString(
            LeaseRow.Encode(new StreamLease("s") { Owner = "w", HashKeys = HashKeyRange.All }, 1));

        text.ShouldBe(
            """{"leaseOwner":"w","leaseCounter":0,"checkpoint":"TRIM_HORIZON","checkpointSubSequenceNumber":0,"""
            + "\"ownerSwitchesSinceCheckpoint\":0,\"startingHashKey\":\"0\","
            + "\"endingHashKey\":\"340282366920938463463374607431768211455\",\"generation\":1}");
    }

    [Fact]
    public void Decode_AnEmptyState_IsALeaseAtTheBeginning()
    {
        var (lease, generation) = LeaseRow.Decode("s", default);

        lease.ShouldBe(new StreamLease("s"));
        generation.ShouldBe(0);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"checkpoint":"1","startingHashKey":"x","endingHashKey":"y"}""")]
    public void Decode_SomethingElse_SaysWhoseFaultItIs(string state) =>
        Should.Throw<LeaseStoreException>(() => LeaseRow.Decode("s", Encoding.UTF8.GetBytes(state)))
            .Message.ShouldContain("shard s");
}
