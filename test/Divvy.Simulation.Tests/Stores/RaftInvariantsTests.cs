using Divvy.Consensus.Raft;
using Divvy.Simulation.Stores;

namespace Divvy.Simulation.Tests.Stores;

public sealed class RaftInvariantsTests
{
    private readonly List<string> found = [];
    private readonly RaftInvariants invariants;

    public RaftInvariantsTests() => invariants = new RaftInvariants(found.Add);

    [Fact]
    public void Sent_TwoLeadersOfATerm_BreaksElectionSafety()
    {
        invariants.Sent(Append(1, term: 2));
        invariants.Sent(Append(2, term: 3));
        found.ShouldBeEmpty();

        invariants.Sent(Append(1, term: 3));

        found.ShouldHaveSingleItem().ShouldStartWith("election safety");
    }

    [Fact]
    public void Sent_OneEntryWithTwoContents_BreaksLogMatching()
    {
        invariants.Sent(Append(1, term: 2, Entry(2, 5, 1)));
        invariants.Sent(Append(2, term: 3, Entry(2, 5, 1)));
        found.ShouldBeEmpty();

        invariants.Sent(Append(3, term: 4, Entry(2, 5, 9)));

        found.ShouldHaveSingleItem().ShouldStartWith("log matching");
    }

    [Fact]
    public void Sent_EntryAfterOneOfALaterTerm_BreaksLogMatching()
    {
        invariants.Sent(Append(1, term: 3, Entry(2, 5, 1), Entry(3, 6, 1)));
        found.ShouldBeEmpty();

        invariants.Sent(Append(1, term: 3, Entry(3, 5, 1), Entry(2, 6, 1)));

        found.ShouldContain(text => text.StartsWith("log matching", StringComparison.Ordinal));
    }

    [Fact]
    public void Sent_LaterLeaderWithoutAnAppliedEntry_BreaksLeaderCompleteness()
    {
        invariants.Sent(Append(1, term: 2, Entry(2, 5, 1)));
        invariants.Observe("m1").Applied([Entry(2, 5, 1)]);

        invariants.Sent(Append(2, term: 3, Entry(3, 5, 1)));

        found.ShouldHaveSingleItem().ShouldStartWith("leader completeness");
    }

    [Fact]
    public void Leads_LogIsShorterThanWhatWasApplied_BreaksLeaderCompleteness()
    {
        invariants.Observe("m1").Applied([Entry(2, 5, 1), Entry(2, 6, 1)]);

        invariants.Observe("m2").Leads(new Term(3), new EntryId(new Term(2), new LogIndex(5)));

        found.ShouldHaveSingleItem().ShouldStartWith("leader completeness");
    }

    [Fact]
    public void Applied_AnotherEntryAtAnIndex_BreaksStateMachineSafety()
    {
        invariants.Observe("m1").Applied([Entry(2, 5, 1), Entry(2, 6, 1)]);
        invariants.Observe("m2").Applied([Entry(2, 5, 1), Entry(2, 6, 2)]);

        found.ShouldHaveSingleItem().ShouldStartWith("state machine safety");
    }

    [Fact]
    public void Applied_Gap_BreaksStateMachineSafetyUnlessASnapshotCame()
    {
        var observer = invariants.Observe("m1");
        observer.Applied([Entry(2, 5, 1)]);
        observer.Installed(new EntryId(new Term(2), new LogIndex(8)));
        observer.Applied([Entry(2, 9, 1)]);
        found.ShouldBeEmpty();

        observer.Applied([Entry(2, 11, 1)]);

        found.ShouldHaveSingleItem().ShouldContain("from index 9 to 11");
    }

    private static Message Append(ulong from, ulong term, params Entry[] entries) => new()
    {
        Kind = MessageKind.AppendEntries,
        From = new NodeId(from),
        To = new NodeId(9),
        Term = new Term(term),
        Log = new EntryId(new Term(1), new LogIndex(4)),
        Entries = [.. entries],
    };

    private static Entry Entry(ulong term, ulong index, byte content) =>
        new(new Term(term), new LogIndex(index), EntryKind.Command, new byte[] { content });
}
