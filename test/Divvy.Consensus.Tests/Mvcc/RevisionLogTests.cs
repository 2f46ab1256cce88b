using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Tests.Mvcc;

public sealed class RevisionLogTests
{
    [Fact]
    public void AppendAndRemove_PastTheRing_KeepsTheOrder()
    {
        var log = new RevisionLog();
        var history = new KeyHistory([1]);
        var oldest = 1;
        for (var revision = 1; revision <= 10_000; revision++)
        {
            log.Append(new KeyRecord(history, revision));
            if (revision % 3 != 0)
                continue;
            log.RemoveFirst();
            log.RemoveFirst();
            oldest += 2;
        }

        log.Count.ShouldBe(10_000 - oldest + 1);
        Enumerable.Range(0, log.Count).Select(index => log[index].ModRevision)
            .ShouldBe(Enumerable.Range(oldest, log.Count).Select(revision => (long)revision));
        log.FirstAtOrAfter(oldest + 5).ShouldBe(5);
        log.FirstAtOrAfter(0).ShouldBe(0);
        log.FirstAtOrAfter(10_001).ShouldBe(log.Count);
    }
}
