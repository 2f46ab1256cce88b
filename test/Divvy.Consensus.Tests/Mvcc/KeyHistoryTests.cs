using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Tests.Mvcc;

public sealed class KeyHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AppendAndRemoveFirst_AtRandom_HoldsWhatAListHolds(int seed)
    {
        var dice = new Random(seed);
        var history = new KeyHistory([1]);
        var model = new List<KeyRecord>();
        var revision = 1L;
        for (var step = 0; step < 3000; step++)
        {
            if (dice.Next(100) < (step / 500 % 2 == 0 ? 70 : 30))
            {
                revision += dice.Next(1, 3);
                var record = new KeyRecord(history, revision) { Version = dice.Next(3) };
                history.Append(record);
                model.Add(record);
            }
            else if (model.Count > 0)
            {
                history.RemoveFirst().ShouldBeSameAs(model[0]);
                model.RemoveAt(0);
            }
            history.Count.ShouldBe(model.Count);
            history.Newest.ShouldBe(model.LastOrDefault());
            CheckReads(history, model, dice.NextInt64(1, revision + 2));
        }
    }

    [Fact]
    public void FirstAfter_SeveralChangesInOneRevision_GoesByTheirPlace()
    {
        var history = new KeyHistory([1]);
        foreach (var (mod, sub) in new[] { (4L, 0), (5L, 0), (5L, 2), (6L, 1) })
            history.Append(new KeyRecord(history, mod, sub) { Version = 1 });

        history.FirstAfter(4, 0).ShouldBe(1);
        history.FirstAfter(5, 0).ShouldBe(2);
        history.FirstAfter(5, 1).ShouldBe(2);
        history.FirstAfter(5, 2).ShouldBe(3);
        history.FirstAfter(6, 1).ShouldBe(4);
        history.FirstAfter(3, 9).ShouldBe(0);
    }

    private static void CheckReads(KeyHistory history, List<KeyRecord> model, long revision)
    {
        var last = model.FindLastIndex(record => record.ModRevision <= revision);
        var visible = last >= 0 && !model[last].IsTombstone ? model[last] : null;
        history.At(revision).ShouldBe(visible);
        history.FirstKept(revision).ShouldBe(visible is not null ? last : last + 1);
        if (last >= 0)
            history[last].ShouldBeSameAs(model[last]);
    }
}
