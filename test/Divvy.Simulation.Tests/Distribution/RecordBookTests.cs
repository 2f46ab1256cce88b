using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Faults;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class RecordBookTests
{
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(7));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(8));

    private static readonly ShardRecord stable = new()
    {
        Shard = new ShardId("s1"),
        Range = HashRange.Full,
        Owner = a,
        Generation = new Generation(1),
    };

    private readonly StoreLayout layout = new();
    private readonly SimWorld world = new(seed: 1, keepTrace: false);
    private readonly RunReport report;
    private readonly RecordBook book;
    private readonly List<Moment> seen = [];
    private long revision;

    public RecordBookTests()
    {
        report = new RunReport(world);
        book = new RecordBook(world, DistributionSettings.Draw(new SimRandom(1), shards: 4), report);
        var sightings = new Sightings(world, book);
        sightings.Start();
        sightings.Seen += sighting => seen.Add(sighting.Moment);
        Register(a);
        Register(b);
        Put(stable);
    }

    private string Violated => report.Violations.ShouldHaveSingleItem().Checker;

    [Fact]
    public void Take_RecordOfALivingOwnerGoesWithoutClosing_BreaksClosings()
    {
        Delete(layout.Shard(DistributionSettings.Space, stable.Shard));

        Violated.ShouldBe("closings");
    }

    [Fact]
    public void Take_RecordGoesAfterClosingOrItsOwnersEnd_IsAllowed()
    {
        Put(stable with { Phase = ShardPhase.Closing });
        Delete(layout.Shard(DistributionSettings.Space, stable.Shard));
        Put(stable with { Generation = new Generation(9) });
        End(a);
        Delete(layout.Shard(DistributionSettings.Space, stable.Shard));

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Take_HandoffInOrder_IsSeenAndAllowed()
    {
        Put(stable with { Phase = ShardPhase.Preparing, Next = b });
        Put(stable with { Phase = ShardPhase.Yielding, Next = b });
        Put(stable with { Owner = b, Generation = new Generation(2) });
        Put(stable with { Owner = b, Generation = new Generation(2), Phase = ShardPhase.Preparing, Next = a });
        Put(stable with { Owner = b, Generation = new Generation(2) });
        End(b);
        Put(stable with { Generation = new Generation(3) });

        report.Violations.ShouldBeEmpty();
        seen.ShouldBe(
        [
            Moment.Preparing, Moment.Yielding, Moment.Flipped, Moment.Preparing, Moment.Cancelled, Moment.TakenOver,
        ]);
    }

    [Fact]
    public void Take_OwnerLivesAndWasNotToldToYield_BreaksTakeovers()
    {
        Put(stable with { Owner = b, Generation = new Generation(2) });

        Violated.ShouldBe("takeovers");
    }

    [Fact]
    public void Take_OtherOwnerInTheSameGeneration_BreaksGenerations()
    {
        End(a);

        Put(stable with { Owner = b });

        Violated.ShouldBe("generations only grow");
    }

    [Fact]
    public void ShardUnderWay_ShardIsHandedOver_IsThatOneUntilItHasCome()
    {
        book.ShardUnderWay(new SimRandom(1)).ShouldBeNull();
        Put(stable with { Phase = ShardPhase.Preparing, Next = b });
        book.ShardUnderWay(new SimRandom(1)).ShouldBe(stable.Shard);

        Put(stable);

        book.ShardUnderWay(new SimRandom(1)).ShouldBeNull();
    }

    [Theory]
    [InlineData("server-1", "balance", true)]
    [InlineData("server-2", "balance", false)]
    [InlineData("server-2", "moved by an operator", true)]
    public void Take_MoveBegins_IsTheLeadersOrAnOperators(string writer, string reason, bool isRight)
    {
        Take($"{layout.Election(DistributionSettings.Space)}/a", StoreCodec.Encode(new LeaderRecord("server-1")), 1);
        Take($"{layout.Election(DistributionSettings.Space)}/b", StoreCodec.Encode(new LeaderRecord("server-2")), 2);

        var moving = stable with { Phase = ShardPhase.Preparing, Next = b, Reason = reason };
        Take(
            (layout.Shard(DistributionSettings.Space, stable.Shard), StoreCodec.Encode(moving)),
            (layout.Event(DistributionSettings.Space, 1, writer), StoreCodec.Encode(new EventBatch(writer, []))));

        report.Violations.Select(violation => violation.Checker).ShouldBe(isRight ? [] : ["plans of leaders"]);
    }

    private void Register(SessionRef session)
    {
        var value = StoreCodec.Encode(new ServiceRecord { Address = $"http://{session.Instance}" });
        Take(layout.Service(DistributionSettings.Space, session.Instance), value, session.Session.Value);
    }

    private void End(SessionRef session) => Delete(layout.Service(DistributionSettings.Space, session.Instance));

    private void Put(ShardRecord record) =>
        Take(layout.Shard(DistributionSettings.Space, record.Shard), StoreCodec.Encode(record), lease: 0);

    private void Delete(string key) => Take(key, null, lease: 0);

    /// <summary>What one transaction puts.</summary>
    private void Take(params (string Key, byte[] Value)[] puts)
    {
        revision++;
        book.Take(new WatchBatch(
            revision,
            [
                .. puts.Select(put => new WatchEvent(
                    WatchEventType.Put, new Kv(put.Key, put.Value, revision, revision, 1, 0), null)),
            ]));
    }

    private void Take(string key, byte[]? value, long lease)
    {
        revision++;
        var kv = new Kv(key, value, revision, revision, 1, lease);
        var type = value is null ? WatchEventType.Delete : WatchEventType.Put;
        book.Take(new WatchBatch(revision, [new WatchEvent(type, kv, null)]));
    }
}
