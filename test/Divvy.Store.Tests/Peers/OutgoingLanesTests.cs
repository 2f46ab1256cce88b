using Divvy.Consensus.Raft;
using Divvy.Store.Peers;

namespace Divvy.Store.Tests.Peers;

public sealed class OutgoingLanesTests
{
    private static readonly NodeId other = new(2);

    private readonly PeerCounters counters = new();

    [Fact]
    public void Take_AllLanesWaiting_ServesThemInOrderAndOneChunk()
    {
        var lanes = new OutgoingLanes(new PeerLimits(), counters);
        lanes.Offer(Chunk()).ShouldBeTrue();
        lanes.Offer(Chunk()).ShouldBeTrue();
        lanes.Offer(OutgoingFrame.Of(FrameKind.Request, 1)).ShouldBeTrue();
        lanes.Offer(Append(100)).ShouldBeTrue();
        lanes.Offer(OutgoingFrame.Of(FrameKind.Ping, 1)).ShouldBeTrue();

        Take(lanes).ShouldBe([FrameKind.Ping, FrameKind.Log, FrameKind.Request, FrameKind.SnapshotChunk]);
        Take(lanes).ShouldBe([FrameKind.SnapshotChunk]);
    }

    [Fact]
    public void Take_ASaturatedLogLane_StillMovesTheOthers()
    {
        var lanes = new OutgoingLanes(new PeerLimits(), counters);
        for (var i = 0; i < 10; i++)
            lanes.Offer(Append(OutgoingLanes.ShareBytes / 2)).ShouldBeTrue();
        lanes.Offer(Chunk()).ShouldBeTrue();

        Take(lanes).ShouldBe([FrameKind.Log, FrameKind.Log, FrameKind.SnapshotChunk]);
        lanes.Offer(OutgoingFrame.Of(FrameKind.Ping, 1)).ShouldBeTrue();
        Take(lanes)[0].ShouldBe(FrameKind.Ping, "what is urgent waits for one write at most");
    }

    [Fact]
    public void Offer_BeyondALimit_IsRefusedAndCounted()
    {
        var lanes = new OutgoingLanes(
            new PeerLimits { LogBytes = 1_000, LogFrames = 3, ControlFrames = 2, Requests = 1 }, counters);
        lanes.Offer(Append(5_000)).ShouldBeTrue("one frame always may wait");
        lanes.Offer(Append(10)).ShouldBeFalse();
        lanes.Offer(OutgoingFrame.Of(FrameKind.Ping, 1)).ShouldBeTrue("a full lane leaves the others alone");
        lanes.Offer(OutgoingFrame.Of(FrameKind.Ping, 2)).ShouldBeTrue();
        lanes.Offer(OutgoingFrame.Of(FrameKind.Ping, 3)).ShouldBeFalse();
        lanes.Offer(OutgoingFrame.Of(FrameKind.Request, 1)).ShouldBeTrue();
        lanes.Offer(OutgoingFrame.Of(FrameKind.Request, 2)).ShouldBeFalse();
        counters.SendFailures.ShouldBe(3);

        Take(lanes);
        lanes.Offer(Append(10)).ShouldBeTrue("what was taken makes room");
    }

    [Fact]
    public async Task WaitAsync_UntilOfferedOrClosed_Ends()
    {
        var lanes = new OutgoingLanes(new PeerLimits(), counters);
        var waiting = lanes.WaitAsync().AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        lanes.Offer(Append(1));
        (await Wait.For(waiting, "the wake-up")).ShouldBeTrue();
        Take(lanes);

        waiting = lanes.WaitAsync().AsTask();
        lanes.Close();
        (await Wait.For(waiting, "the end")).ShouldBeFalse();
        lanes.Offer(Append(1)).ShouldBeFalse();
    }

    private static List<FrameKind> Take(OutgoingLanes lanes)
    {
        var batch = new List<OutgoingFrame>();
        lanes.Take(batch);
        return batch.ConvertAll(frame => frame.Kind);
    }

    private static OutgoingFrame Append(int size) => OutgoingFrame.Raft(PeerMessages.Append(other, 1), size);

    private static OutgoingFrame Chunk() => OutgoingFrame.Of(FrameKind.SnapshotChunk, 1, 0, new byte[10]);
}
