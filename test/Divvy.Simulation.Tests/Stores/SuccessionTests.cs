using Divvy.Consensus.Raft;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.Stores;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Stores;

public sealed class SuccessionTests
{
    private const int Terms = 400;

    private readonly SimWorld world = new(seed: 1, keepTrace: true);
    private readonly StoreCluster cluster;

    public SuccessionTests()
    {
        var shape = StoreShape.Draw(world.Fork("shape"));
        cluster = new StoreCluster(world, new SimNetwork(world), shape, new RunReport(world), members: 3);
    }

    private int Strikes => world.Trace.Lines.Count(line => line.Text.Contains(" of member-", StringComparison.Ordinal));

    [Fact]
    public void Sent_NotBegunOrOverAgain_StrikesNobody()
    {
        Lead(Begun(seed: 0, isOver: true), member: 0, term: 2, Own(to: 2), Own(to: 3));
        Lead(new Succession(cluster, new SimRandom(1)), member: 0, term: 3, Own(to: 2), Own(to: 3));

        Strikes.ShouldBe(0);
    }

    [Fact]
    public void Sent_ManyMessagesOfATerm_StrikesItsLeaderOnce()
    {
        Func<ulong, Message>[] many = [.. Enumerable.Repeat(Own(to: 2), 40)];
        for (var seed = 0; seed < Terms; seed++)
        {
            var before = Strikes;
            Lead(Begun(seed), member: 0, term: 2, many);
            (Strikes - before).ShouldBeLessThanOrEqualTo(1);
        }

        Strikes.ShouldBeGreaterThan(Terms / 2);
    }

    [Fact]
    public void Sent_FirstOwnEntryToAMemberThatGotOlderOnes_OftenStrikesJustThen()
    {
        var times = 0;
        for (var seed = 0; seed < Terms; seed++)
        {
            if (StruckAt(seed, Heartbeat(to: 2), Older(to: 2), Own(to: 2)) == 2)
                times++;
        }

        times.ShouldBeGreaterThan(Terms / 4);
    }

    [Fact]
    public void Sent_OwnEntryToAMemberThatGotNoOlderOnes_IsNotWaitedFor()
    {
        var times = 0;
        for (var seed = 0; seed < Terms; seed++)
        {
            if (StruckAt(seed, Heartbeat(to: 2), Older(to: 2), Own(to: 3)) == 2)
                times++;
        }

        times.ShouldBeLessThan(Terms / 10);
    }

    [Fact]
    public void Sent_SuccessorIsStruckToo_BringsBackWhoWasRelayed()
    {
        var times = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            var succession = Begun(seed);
            var none = Strikes;
            Lead(succession, member: 0, term: 2, [.. Enumerable.Repeat(Own(to: 2), 40)]);
            var before = Strikes;
            if (before > none && world.Trace.Lines[^1].Text.StartsWith("Relay of member-1", StringComparison.Ordinal))
            {
                cluster.Network.Link("member-1", "member-3").Condition.IsCut.ShouldBeTrue();
                Lead(succession, member: 1, term: 3, [.. Enumerable.Repeat(Own(to: 3), 40)]);
                if (Strikes > before)
                {
                    cluster.Network.Link("member-1", "member-3").Condition.IsCut.ShouldBeFalse();
                    times++;
                }
            }

            cluster.Network.HealAll();
        }

        times.ShouldBeGreaterThan(10);
    }

    /// <summary>Which of a new leader's messages it was struck at; -1: at none.</summary>
    private int StruckAt(int seed, params Func<ulong, Message>[] messages)
    {
        var succession = Begun(seed);
        for (var at = 0; at < messages.Length; at++)
        {
            var before = Strikes;
            Lead(succession, member: 0, term: 2, messages[at]);
            if (Strikes > before)
                return at;
        }

        return -1;
    }

    private Succession Begun(int seed, bool isOver = false)
    {
        var succession = new Succession(cluster, new SimRandom((ulong)seed));
        var end = succession.Begin();
        if (isOver)
            end();
        return succession;
    }

    private void Lead(Succession succession, int member, ulong term, params Func<ulong, Message>[] messages)
    {
        foreach (var message in messages)
            succession.Sent(cluster.Members[member], message(term));
    }

    private static Func<ulong, Message> Own(ulong to) => term => Append(to, term, term);

    private static Func<ulong, Message> Older(ulong to) => term => Append(to, term, term - 1);

    private static Func<ulong, Message> Heartbeat(ulong to) => term => new Message
    {
        Kind = MessageKind.Heartbeat,
        To = new NodeId(to),
        Term = new Term(term),
    };

    private static Message Append(ulong to, ulong term, ulong entryTerm) => new()
    {
        Kind = MessageKind.AppendEntries,
        To = new NodeId(to),
        Term = new Term(term),
        Log = new EntryId(new Term(1), new LogIndex(4)),
        Entries = [new Entry(new Term(entryTerm), new LogIndex(5), EntryKind.Command, new byte[] { 1 })],
    };
}
