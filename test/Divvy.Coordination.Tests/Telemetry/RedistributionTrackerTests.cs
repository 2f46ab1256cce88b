using Divvy.Coordination.Mirror;
using Divvy.Coordination.Telemetry;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.TestKit;

namespace Divvy.Coordination.Tests.Telemetry;

public sealed class RedistributionTrackerTests : IDisposable
{
    private static readonly ShardId shard = new("7");
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(0x1a));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(0x1b));

    private readonly ManualTimeProvider time = new();
    private readonly CoordinationMetrics metrics = new();
    private readonly RedistributionTracker tracker;

    public RedistributionTrackerTests() => tracker = new RedistributionTracker(time, metrics);

    public void Dispose() => metrics.Dispose();

    [Fact]
    public void Activated_AfterARevocation_TellsTheTimeBetween()
    {
        Observe(Record(ShardPhase.Preparing, a, b), Record(ShardPhase.Yielding, a, b));
        time.Advance(TimeSpan.FromMilliseconds(30));
        Observe(Record(ShardPhase.Yielding, a, b), Record(ShardPhase.Stable, b, null));

        tracker.Activated("ns", shard).ShouldBe(TimeSpan.FromMilliseconds(30));
        tracker.Activated("ns", shard).ShouldBeNull();
    }

    [Fact]
    public void Activated_RevocationAndTakeoverSeenInOneStep_CountsFromThatStep()
    {
        Observe(Record(ShardPhase.Preparing, a, b), Record(ShardPhase.Stable, b, null));
        time.Advance(TimeSpan.FromMilliseconds(4));

        tracker.Activated("ns", shard).ShouldBe(TimeSpan.FromMilliseconds(4));
    }

    [Fact]
    public void Activated_FirstOwner_WasBetweenNobody()
    {
        Observe(null, Record(ShardPhase.Stable, a, null));

        tracker.Activated("ns", shard).ShouldBeNull();
    }

    [Fact]
    public void Activated_MoveGivenUpWithoutARevocation_IsNone()
    {
        Observe(Record(ShardPhase.Preparing, a, b), Record(ShardPhase.Stable, a, null));

        tracker.Activated("ns", shard).ShouldBeNull();
    }

    private void Observe(ShardRecord? before, ShardRecord? after)
    {
        var space = NamespaceSnapshot.Empty("ns");
        tracker.Observe(new NamespaceDelta(
            space, space, [new ShardChange(shard, Versioned(before), Versioned(after))], []));
    }

    private static VersionedShard? Versioned(ShardRecord? record) =>
        record is null ? null : new VersionedShard(record, new Revision(5));

    private static ShardRecord Record(ShardPhase phase, SessionRef owner, SessionRef? next) => new()
    {
        Shard = shard,
        Range = HashRange.Full,
        Phase = phase,
        Owner = owner,
        Next = next,
    };
}
