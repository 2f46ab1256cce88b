using Divvy.Client.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Client.Tests.Hosting;

public sealed class HandOverInboxTests
{
    private static readonly ShardId S1 = new("s1");
    private static readonly ShardId S2 = new("s2");

    [Fact]
    public void TryKeep_BeyondTheLimit_IsRefusedUntilThereIsRoom()
    {
        var inbox = new HandOverInbox(maxBytes: 10);
        inbox.TryKeep(S1, new Revision(1), State(8)).ShouldBeTrue();
        inbox.TryKeep(S2, new Revision(1), State(3)).ShouldBeFalse();
        inbox.TryKeep(S1, new Revision(2), State(10)).ShouldBeTrue("it replaces what is there");
        inbox.Discard(S1);
        inbox.TryKeep(S2, new Revision(1), State(3)).ShouldBeTrue();
    }

    [Fact]
    public void TryKeep_OlderThanWhatIsThere_ChangesNothing()
    {
        var inbox = new HandOverInbox(maxBytes: 10);
        inbox.TryKeep(S1, new Revision(2), State(1));
        inbox.TryKeep(S1, new Revision(1), State(5));
        inbox.Find(S1, new Revision(2))!.State.Length.ShouldBe(1);
        inbox.Find(S1, new Revision(1)).ShouldBeNull();
        inbox.Find(S1, Revision.None).ShouldBeNull();
    }

    private static HandOver State(int bytes) => new(new byte[bytes]);
}
