using System.Text;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Coordination.Tests.Layout;

public sealed class StoreCodecTests
{
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(0x694d8f7a1));

    [Fact]
    public void Encode_ShardRecord_ReadsLikeWhatPeopleExpect()
    {
        var record = new ShardRecord
        {
            Shard = new ShardId("7"),
            Range = new HashRange(0x10, 0),
            Owner = a,
            Phase = ShardPhase.Yielding,
            Generation = new Generation(3),
            Reason = "drain",
        };

        Encoding.UTF8.GetString(StoreCodec.Encode(record)).ShouldBe(
            """{"range":"0000000000000010-0000000000000000","owner":{"instance":"a","session":"694d8f7a1"},"phase":"yielding","generation":3,"reason":"drain"}""");
    }

    [Fact]
    public void Decode_AnyRecord_IsWhatWasEncoded() => Prop.ForAll(
        Records().ToArbitrary(),
        record =>
        {
            StoreCodec.TryDecode(StoreCodec.Encode(record), record.Shard, out var read, out var error).ShouldBeTrue(error);
            read!.Parents.ShouldBe(record.Parents);
            read.Standbys.ShouldBe(record.Standbys);
            (read with { Parents = record.Parents, Standbys = record.Standbys }).ShouldBe(record);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"range":"zz-00"}""")]
    [InlineData("""{"range":"00"}""")]
    [InlineData("""{"range":null}""")]
    [InlineData("""{"range":"00-00","phase":2}""")]
    [InlineData("""{"range":"00-00","phase":"resting"}""")]
    [InlineData("""{"range":"00-00","owner":{"instance":"a","session":"lease"}}""")]
    [InlineData("""{"range":"00-00","owner":{"instance":null,"session":"1"}}""")]
    [InlineData("""{"range":"00-00","owner":{"instance":"a"}}""")]
    [InlineData("""{"range":"00-00","generation":"three"}""")]
    [InlineData("""{"range":"00-00","standbys":[null]}""")]
    [InlineData("""{"range":"00-00","parents":[null]}""")]
    public void Decode_MalformedShard_SaysWhyAndDoesNotThrow(string json)
    {
        StoreCodec.TryDecode(Encoding.UTF8.GetBytes(json), new ShardId("7"), out ShardRecord? record, out var error)
            .ShouldBeFalse();

        record.ShouldBeNull();
        error.ShouldNotBeEmpty();
    }

    [Fact]
    public void Decode_Events_AreWhatWasEncoded()
    {
        var batch = new EventBatch("server-1", [
            new ShardEvent
            {
                Kind = StepKind.Takeover,
                Shard = "7",
                From = "a/1",
                To = "b/2",
                Generation = 4,
                Reason = "a is gone",
                Time = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero),
            },
            new ShardEvent { Kind = StepKind.Create, Shard = "8", Time = DateTimeOffset.UnixEpoch },
        ]);

        StoreCodec.TryDecode(StoreCodec.Encode(batch), out EventBatch? read, out var error).ShouldBeTrue(error);

        read!.Server.ShouldBe("server-1");
        read.Events.ShouldBe(batch.Events);
    }

    [Theory]
    [InlineData("""{"events":[]}""")]
    [InlineData("""{"server":"s"}""")]
    [InlineData("""{"server":"s","events":[{}]}""")]
    [InlineData("""{"server":"s","events":[{"kind":"create","shard":"7"}]}""")]
    [InlineData("""{"server":"s","events":[{"kind":"vanish","shard":"7","time":"2026-11-01T12:00:00Z"}]}""")]
    [InlineData("""{"server":"s","events":[null]}""")]
    public void Decode_MalformedEvents_SaysWhyAndDoesNotThrow(string json)
    {
        StoreCodec.TryDecode(Encoding.UTF8.GetBytes(json), out EventBatch? batch, out var error).ShouldBeFalse();

        batch.ShouldBeNull();
        error.ShouldNotBeEmpty();
    }

    [Fact]
    public void Decode_UnknownMembers_AreIgnored()
    {
        var json = """{"shards":12,"mode":"affinity","fromTheFuture":{"x":1}}"""u8;

        StoreCodec.TryDecode(json, out NamespaceConfig? config, out var error).ShouldBeTrue(error);

        config!.Shards.ShouldBe(12);
        config.Mode.ShouldBe(OwnershipMode.Affinity);
    }

    private static Gen<ShardRecord> Records()
    {
        var sessions = from id in Gen.Elements("a", "b-1", "c:2")
                       from lease in Gen.Choose(1, int.MaxValue)
                       select new SessionRef(new InstanceId(id), new SessionId(lease * 7919L));
        var maybe = Gen.OneOf(sessions.Select(session => (SessionRef?)session), Gen.Constant((SessionRef?)null));
        return from owner in maybe
               from next in maybe
               from standbys in Gen.ListOf(sessions, 2)
               from phase in Gen.Elements(Enum.GetValues<ShardPhase>())
               from numbers in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), 4)
               from reason in Gen.Elements("", "because \"so\"", "a\nb", "äöü")
               select new ShardRecord
               {
                   Shard = new ShardId("s"),
                   Range = new HashRange((ulong)numbers[0] << 32, (ulong)numbers[1]),
                   Parents = [new ShardId("p1"), new ShardId("p2")],
                   Owner = owner,
                   Next = next,
                   Standbys = [.. standbys],
                   Phase = phase,
                   Generation = new Generation(numbers[2]),
                   HandedOverAt = new Revision(numbers[3]),
                   Pin = owner?.Instance,
                   Reason = reason,
               };
    }
}
