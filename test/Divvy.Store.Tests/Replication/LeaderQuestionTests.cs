using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Store.Disk;
using Divvy.Store.Replication;
using Divvy.Store.Tests.Peers;

namespace Divvy.Store.Tests.Replication;

/// <summary>Changes of members that another member asks for, and asks for again after it lost sight of the
/// leader.</summary>
public sealed class LeaderQuestionTests : IAsyncLifetime
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    private static readonly NodeId other = new(99);
    private static readonly MemberRecord learner = new(other, "", ["http://127.0.0.1:9"], []);

    private readonly SilentPeers peers = new();
    private EmbeddedStore store = null!;

    public async Task InitializeAsync()
    {
        store = EmbeddedStore.OpenIn(new EmbeddedStoreOptions(), new MemberEnvironment
        {
            Disks = MemberDisks.Of(new MemoryDisk(), new MemoryDisk()),
            Transport = _ => peers,
        });
        await store.Ready.WaitAsync(patience);
    }

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task Add_AskedAgain_IsNotRefusedForHavingBeenDone()
    {
        var add = new LeaderQuestion(LeaderQuestionKind.AddMember) { Member = learner, Flag = true };

        (await AskAsync(add)).ShouldBe(MemberOutcome.Ok);
        (await AskAsync(add with { IsRepeated = true })).ShouldBe(MemberOutcome.Ok);
        (await AskAsync(add)).ShouldBe(MemberOutcome.TooManyLearners);
    }

    [Fact]
    public async Task Remove_AskedAgain_IsNotRefusedForHavingBeenDone()
    {
        await AskAsync(new LeaderQuestion(LeaderQuestionKind.AddMember) { Member = learner, Flag = true });
        var remove = new LeaderQuestion(LeaderQuestionKind.RemoveMember) { Target = other };

        (await AskAsync(remove)).ShouldBe(MemberOutcome.Ok);
        (await AskAsync(remove with { IsRepeated = true })).ShouldBe(MemberOutcome.Ok);
        (await AskAsync(remove)).ShouldBe(MemberOutcome.NotFound);
    }

    [Fact]
    public async Task Promote_AskedAgain_IsNotRefusedForHavingBeenDone()
    {
        var promote = new LeaderQuestion(LeaderQuestionKind.PromoteMember) { Target = new NodeId(store.MemberId) };

        (await AskAsync(promote with { IsRepeated = true })).ShouldBe(MemberOutcome.Ok);
        (await AskAsync(promote)).ShouldBe(MemberOutcome.NotALearner);
    }

    [Fact]
    public async Task Repeated_ChangeThatWasNotDone_IsDone()
    {
        var add = new LeaderQuestion(LeaderQuestionKind.AddMember) { Member = learner, Flag = true, IsRepeated = true };

        (await AskAsync(add)).ShouldBe(MemberOutcome.Ok);
        (await AskAsync(add with { IsRepeated = false })).ShouldBe(MemberOutcome.TooManyLearners);
    }

    private async Task<MemberOutcome> AskAsync(LeaderQuestion question)
    {
        var bytes = await peers.Receiver.AnswerAsync(other, question.Encode(), default).AsTask().WaitAsync(patience);
        var answer = LeaderAnswer.Decode(bytes);
        answer.IsFromLeader.ShouldBeTrue();
        return answer.Outcome;
    }
}
