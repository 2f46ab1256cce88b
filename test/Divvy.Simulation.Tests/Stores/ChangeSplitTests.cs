using Divvy.Consensus.Raft;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.Stores;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Stores;

public sealed class ChangeSplitTests
{
    private static readonly string[] others = ["member-2", "member-3", "member-4", "member-5"];

    private readonly SimWorld world = new(seed: 1, keepTrace: false);
    private readonly StoreCluster cluster;
    private readonly ChangeSplit split;

    public ChangeSplitTests()
    {
        var shape = StoreShape.Draw(world.Fork("shape"));
        cluster = new StoreCluster(world, new SimNetwork(world), shape, new RunReport(world), members: 5);
        split = new ChangeSplit(cluster, new SimRandom(1));
    }

    private List<string> Cut =>
        [.. others.Where(other => cluster.Network.Link("member-1", other).Condition.IsCut)];

    [Fact]
    public void Sent_ChangeIsAnnounced_LeaderKeepsOneOtherThatStays()
    {
        var end = split.Begin(["member-4", "member-5"]);
        Send(commit: 6, EntryKind.Membership);
        Cut.ShouldBeEmpty();

        Send(commit: 7);

        Cut.Count.ShouldBe(3);
        Cut.ShouldContain("member-4");
        Cut.ShouldContain("member-5");
        end();
        Cut.ShouldBeEmpty();
    }

    [Fact]
    public void Sent_OtherEntryIsAnnounced_PartsNobody()
    {
        split.Begin([]);

        Send(commit: 6, EntryKind.Command);
        Send(commit: 7);

        Cut.ShouldBeEmpty();
    }

    [Fact]
    public void Sent_NotBegun_PartsNobody()
    {
        Send(commit: 6, EntryKind.Membership);
        Send(commit: 7);

        Cut.ShouldBeEmpty();
    }

    private void Send(ulong commit, params EntryKind[] kinds) => split.Sent(cluster.Members[0], new Message
    {
        Kind = MessageKind.AppendEntries,
        To = new NodeId(2),
        Term = new Term(2),
        Commit = new LogIndex(commit),
        Entries = [.. kinds.Select(kind => new Entry(new Term(2), new LogIndex(7), kind, new byte[] { 1 }))],
    });
}
