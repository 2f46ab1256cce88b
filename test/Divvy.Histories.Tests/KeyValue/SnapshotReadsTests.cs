using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Tests.KeyValue;

public sealed class SnapshotReadsTests
{
    private static readonly KeyRecord first = new("a", "1", 2, 2, 1);
    private static readonly KeyRecord second = new("a", "2", 2, 3, 2);
    private static readonly RangeRequest serializable = new(new KeyRange("a"), Serializable: true);

    private readonly EventLog log = new();
    private readonly SnapshotReads reads = new();

    public SnapshotReadsTests()
    {
        log.Append(2, [StoreEvent.Put(first)]);
        log.Append(3, [StoreEvent.Put(second)]);
    }

    [Fact]
    public void Verdict_ReadsOfGrowingRevisions_IsEmpty()
    {
        Observe(serializable, 1);
        Observe(serializable, 2, first);
        Observe(serializable, 3, second);
        Observe(new RangeRequest(new KeyRange("a"), AtRevision: 2), 3, first);
        reads.Verdict(log).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_StateOfAnotherRevision_BreaksContent()
    {
        Observe(serializable, 2, second);
        Broken().ShouldBe("read.content");
    }

    [Fact]
    public void Verdict_PastReadThatShowsThePresent_BreaksContent()
    {
        Observe(new RangeRequest(new KeyRange("a"), AtRevision: 2), 3, second);
        Broken().ShouldBe("read.content");
    }

    [Fact]
    public void Verdict_SourceThatGoesBack_BreaksMonotonic()
    {
        Observe(serializable, 3, second);
        Observe(serializable, 2, first);
        Broken().ShouldBe("read.monotonic");
    }

    [Fact]
    public void Verdict_AnotherSourceBehind_IsAllowed()
    {
        Observe(serializable, 3, second);
        reads.Observe("n2", serializable, new RangeResponse(2, [first], 1), TimeSpan.Zero);
        reads.Verdict(log).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_RevisionThatNeverWas_BreaksFuture()
    {
        Observe(serializable, 4, second);
        Broken().ShouldBe("read.future");
    }

    private void Observe(RangeRequest request, long revision, params KeyRecord[] records) =>
        reads.Observe("n1", request, new RangeResponse(revision, records, records.Length), TimeSpan.Zero);

    private string Broken() => reads.Verdict(log).ShouldHaveSingleItem().Checker;
}
