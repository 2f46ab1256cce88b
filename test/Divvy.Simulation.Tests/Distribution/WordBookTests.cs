using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class WordBookTests
{
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(7));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(8));

    private static readonly ShardRecord preparing = new()
    {
        Shard = new ShardId("s1"),
        Range = HashRange.Full,
        Owner = a,
        Next = b,
        Phase = ShardPhase.Preparing,
        Generation = new Generation(1),
    };

    private static readonly ShardRecord yielding = preparing with { Phase = ShardPhase.Yielding };

    private static readonly ShardRecord flipped =
        preparing with { Phase = ShardPhase.Stable, Owner = b, Next = null, Generation = new Generation(2) };

    private readonly RunReport report = new(new SimWorld(seed: 1, keepTrace: false));
    private readonly Dictionary<SessionRef, Revision> heard = [];
    private readonly WordBook book;

    public WordBookTests() =>
        book = new WordBook(
            (session, _) => heard.TryGetValue(session, out var revision) ? revision : null, report);

    [Fact]
    public void Check_NextOwnerHasHeardOfAnEarlierAttemptOnly_BreaksAcknowledgements()
    {
        heard[b] = new Revision(9);

        book.Check(At(10, preparing), yielding);

        report.Violations.ShouldHaveSingleItem().Checker.ShouldBe("acknowledgements");
    }

    [Fact]
    public void Check_OwnerHasNotHeardThatItYields_BreaksAcknowledgements()
    {
        heard[a] = new Revision(10);

        book.Check(At(11, yielding), flipped);

        report.Violations.ShouldHaveSingleItem().Checker.ShouldBe("acknowledgements");
    }

    [Fact]
    public void Check_BothHaveHeardOrAreGone_IsAllowed()
    {
        heard[b] = new Revision(10);
        book.Check(At(10, preparing), yielding);
        heard[a] = new Revision(12);
        book.Check(At(11, yielding), flipped);
        heard.Clear();
        book.Check(At(11, yielding), flipped);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Check_AMoveIsGivenUp_AsksForNobodysWord()
    {
        heard[a] = heard[b] = new Revision(1);

        book.Check(At(11, yielding), yielding with { Phase = ShardPhase.Stable, Next = null });

        report.Violations.ShouldBeEmpty();
    }

    private static VersionedShard At(long revision, ShardRecord record) => new(record, new Revision(revision));
}
