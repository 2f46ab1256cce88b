using Divvy.Coordination.Sessions;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Tests.Sessions;

public sealed class DigestTrackerTests
{
    private readonly DigestTracker tracker = new();

    [Fact]
    public void Matches_StatesOnTheWay_AreAccepted_ButNotBackwards()
    {
        tracker.Replace([Role("0", 5)]);
        tracker.Apply([Role("1", 6)]);
        tracker.Apply([Role("0", 7, ShardRole.Yielding)]);

        tracker.Matches(RoleDigest.Of([Role("0", 5)])).ShouldBeTrue("an update was on its way");
        tracker.Matches(RoleDigest.Of([Role("0", 7, ShardRole.Yielding), Role("1", 6)])).ShouldBeTrue();
        tracker.Matches(RoleDigest.Of([Role("0", 5)])).ShouldBeFalse("it had confirmed a later state");
    }

    [Fact]
    public void Matches_NothingHeldAlthoughRolesWereSent_IsRefused()
    {
        tracker.Replace([Role("0", 5)]);
        tracker.Matches(RoleDigest.Of([Role("0", 5)])).ShouldBeTrue();

        tracker.Matches(RoleDigest.Empty).ShouldBeFalse("it fenced itself and dropped everything (C9)");
    }

    /// <summary>A session is carried on while its deadline is over: the full set is ignored, and nothing is held for
    /// ever after, because nothing was also what it started from.</summary>
    [Fact]
    public void Matches_FirstSetNeverTakenUp_IsRefusedTheSecondTime()
    {
        tracker.Replace([Role("0", 5)]);

        tracker.Matches(RoleDigest.Empty).ShouldBeTrue("the heartbeat may have crossed the set");
        tracker.Matches(RoleDigest.Empty).ShouldBeFalse("it has had time to take it up");
        tracker.Replace([Role("0", 5)]);
        tracker.Matches(RoleDigest.Of([Role("0", 5)])).ShouldBeTrue();
        tracker.Matches(RoleDigest.Of([Role("0", 5)])).ShouldBeTrue("the newest state may be reported for ever");
    }

    [Fact]
    public void Apply_RoleNone_TakesTheShardOut()
    {
        tracker.Replace([Role("0", 5), Role("1", 5)]);
        tracker.Apply([Role("0", 6, ShardRole.None)]);

        tracker.Matches(RoleDigest.Of([Role("1", 5)])).ShouldBeTrue();
    }

    private static RoleAssignment Role(string shard, long revision, ShardRole role = ShardRole.Active) => new(
        new ShardId(shard), new Revision(revision), role, new Generation(1), HashRange.Full, null, null, default, "");
}
