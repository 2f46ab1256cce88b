using System.Text;
using Divvy.Client.Etcd;
using Divvy.Torture.Checks;
using Divvy.Torture.Load;

namespace Divvy.Torture.Tests.Checks;

/// <summary>Each promise is broken once, to see that it is noticed.</summary>
public sealed class HistoryTests
{
    private readonly History history = new();

    [Fact]
    public async Task ReadAsync_WholeHistory_Passes()
    {
        await ReadAsync(Put("a", "1", 2), Put("b", "1", 3), Put("a", "2", 4, version: 2));
        history.CheckAgainst("n1", State(Kv("a", "2", 4, 2), Kv("b", "1", 3)));
        history.CheckAttempts([Acknowledged("a", "1", 2), Unknown("b", "1"), Acknowledged("a", "2", 4)], "", 4);
        history.Checked.ShouldBe(4);
    }

    [Fact]
    public Task ReadAsync_RevisionMissing_IsAGap() => Violates("jumps", Put("a", "1", 2), Put("a", "2", 4, version: 2));

    [Fact]
    public Task ReadAsync_OutOfOrder_IsSeen() => Violates("goes back", Put("a", "1", 3), Put("b", "1", 2));

    [Fact]
    public async Task ReadAsync_EndMissing_IsSeen()
    {
        var failure = await Should.ThrowAsync<TortureViolation>(() => ReadAsync(5, Put("a", "1", 2)));
        failure.Message.ShouldContain("ends at revision 2");
    }

    [Fact]
    public async Task ReadAsync_AnotherPastThanBefore_IsSeen()
    {
        await ReadAsync(Put("a", "1", 2));
        await Violates("rewritten", Put("a", "9", 2));
    }

    [Fact]
    public async Task ReadAsync_CompactedBeyondWhatWasChecked_IsSeen()
    {
        var failure = await Should.ThrowAsync<TortureViolation>(() => history.ReadAsync(
            "n1", (_, _) => Batches(WatchBatch.Compacted(7)), 9));
        failure.Message.ShouldContain("nobody asked");
    }

    [Fact]
    public async Task CheckAgainst_VersionJumps_IsSeen()
    {
        await ReadAsync(Put("a", "1", 2), Put("a", "2", 3, version: 3));
        Violates("has version 3", () => history.CheckAgainst("n1", State(Kv("a", "2", 3, 3))));
    }

    [Fact]
    public async Task CheckAgainst_AnotherStateThanTheHistoryTells_IsSeen()
    {
        await ReadAsync(Put("a", "1", 2));
        Violates("holds '(absent)'", () => history.CheckAgainst("n1", State()));
        Violates("no watch", () => history.CheckAgainst("n1", State(Kv("a", "1", 2), Kv("b", "1", 2))));
    }

    [Fact]
    public async Task CheckAttempts_AcknowledgedElsewhere_IsSeen()
    {
        await ReadAsync(Put("a", "1", 2), Put("b", "1", 3));
        Violates("acknowledged at revision 3", () => history.CheckAttempts(
            [Acknowledged("a", "1", 3), Acknowledged("b", "1", 3)], "", 3));
    }

    [Fact]
    public async Task CheckAttempts_WriteThatNobodyMade_IsSeen()
    {
        await ReadAsync(Put("a", "1", 2));
        Violates("nobody wrote", () => history.CheckAttempts([], "", 2));
        Violates("nobody wrote", () => history.CheckAttempts([new Attempt("a", "1", Outcome.Refused, 0)], "", 2));
    }

    [Fact]
    public async Task CheckAttempts_WriteThatHappenedTwice_IsSeen()
    {
        await ReadAsync(Put("a", "1", 2), Put("a", "1", 3, version: 2));
        Violates("happened twice", () => history.CheckAttempts([Unknown("a", "1")], "", 3));
    }

    private Task ReadAsync(params WatchEvent[] events) => ReadAsync(events[^1].Kv.ModRevision, events);

    private Task ReadAsync(long upTo, params WatchEvent[] events) =>
        history.ReadAsync("n1", (_, _) => Batches(new WatchBatch(upTo, events)), upTo);

    private async Task Violates(string message, params WatchEvent[] events) =>
        (await Should.ThrowAsync<TortureViolation>(() => ReadAsync(events))).Message.ShouldContain(message);

    private static void Violates(string message, Action check) =>
        Should.Throw<TortureViolation>(check).Message.ShouldContain(message);

    private static async IAsyncEnumerable<WatchBatch> Batches(params WatchBatch[] batches)
    {
        await Task.CompletedTask;
        foreach (var batch in batches)
            yield return batch;
    }

    private static Attempt Acknowledged(string key, string value, long revision) =>
        new(key, value, Outcome.Acknowledged, revision);

    private static Attempt Unknown(string key, string value) => new(key, value, Outcome.Unknown, 0);

    private static WatchEvent Put(string key, string value, long revision, long version = 1) =>
        new(WatchEventType.Put, Kv(key, value, revision, version), null);

    private static Kv Kv(string key, string value, long revision, long version = 1) =>
        new(key, Encoding.UTF8.GetBytes(value), 1, revision, version, 0);

    private static Dictionary<string, Kv> State(params Kv[] all) => all.ToDictionary(kv => kv.Key);
}
