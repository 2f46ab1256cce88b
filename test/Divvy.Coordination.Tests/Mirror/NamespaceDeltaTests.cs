using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Tests.Mirror;

public sealed class NamespaceDeltaTests
{
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(0x1a));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(0x1b));
    private static readonly SessionRef c = new(new InstanceId("c"), new SessionId(0x1c));

    private static readonly ShardRecord preparing = new()
    {
        Shard = new ShardId("0"),
        Range = HashRange.Full,
        Owner = a,
        Next = b,
        Phase = ShardPhase.Preparing,
        Generation = new Generation(1),
        Standbys = [c],
        Reason = "balance",
    };

    private static readonly ShardRecord yielding = preparing with
    {
        Phase = ShardPhase.Yielding,
        Reason = "b is ready",
        Standbys = [c],
    };

    [Fact]
    public void ConcernsPlanning_OwnerBeginsToYield_No() => Concerns(preparing, yielding).ShouldBeFalse();

    [Fact]
    public void ConcernsPlanning_AnythingElseOfTheRecord_Yes()
    {
        Concerns(preparing, yielding with { Standbys = [] }).ShouldBeTrue();
        Concerns(preparing, yielding with { Next = c }).ShouldBeTrue();
        Concerns(preparing, yielding with { Owner = c }).ShouldBeTrue();
        Concerns(preparing, yielding with { Pin = c.Instance }).ShouldBeTrue();
        Concerns(preparing, preparing with { Pin = c.Instance }).ShouldBeTrue();
        Concerns(yielding, preparing with { Owner = b, Next = null, Phase = ShardPhase.Stable }).ShouldBeTrue();
        Concerns(null, yielding).ShouldBeTrue("it came");
        Concerns(preparing, null).ShouldBeTrue("it went");
    }

    [Fact]
    public void ConcernsPlanning_OneOfSeveralShards_Yes() =>
        Delta(Change(preparing, yielding), Change(preparing, null)).ConcernsPlanning.ShouldBeTrue();

    /// <summary>Whoever deletes a record that nobody can read has the controller make the shard anew.</summary>
    [Fact]
    public void ConcernsPlanning_UnreadableRecordGoes_Yes()
    {
        var space = NamespaceSnapshot.Empty("ns");
        var unreadable = space with { Unreadable = [new ShardId("0")] };

        new NamespaceDelta(unreadable, space, [], []).ConcernsPlanning.ShouldBeTrue();
        new NamespaceDelta(unreadable, unreadable, [], []).ConcernsPlanning.ShouldBeFalse();
    }

    private static bool Concerns(ShardRecord? before, ShardRecord? after) =>
        Delta(Change(before, after)).ConcernsPlanning;

    private static ShardChange Change(ShardRecord? before, ShardRecord? after) => new(
        new ShardId("0"),
        before is null ? null : new VersionedShard(before, new Revision(5)),
        after is null ? null : new VersionedShard(after, new Revision(6)));

    private static NamespaceDelta Delta(params ShardChange[] shards)
    {
        var space = NamespaceSnapshot.Empty("ns");
        return new NamespaceDelta(space, space, [.. shards], []);
    }
}
