using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.KeyValue;

public sealed class KeyValueCheckerTests
{
    private const int Long = 10_000;

    [Fact]
    public void Check_LongHistoryWithItsLog_IsProvenByRevisions()
    {
        var run = new StoreRun(seed: 1, Long, clients: 10, lostPercent: 5);
        run.Log.Verdict(TimeSpan.Zero).ShouldBeEmpty();
        var verdict = KeyValueChecker.Check(run.History, run.Log);
        verdict.Outcome.ShouldBe(CheckOutcome.Linearizable);
        verdict.Result.Steps.ShouldBeLessThan(20 * Long);
    }

    [Fact]
    public void Check_NoAnswerLost_NeedsNoSearch()
    {
        var run = new StoreRun(seed: 2, Long, clients: 10, lostPercent: 0);
        KeyValueChecker.Check(run.History).ByRevision.ShouldBeTrue();
    }

    /// <summary>The search finds what the revisions claim, in steps that grow with the history and not with its orders.</summary>
    [Theory]
    [InlineData(1, 10, 0)]
    [InlineData(2, 10, 1)]
    [InlineData(3, 30, 1)]
    public void Search_LongHistory_TakesFewSteps(int seed, int clients, int lostPercent)
    {
        var run = new StoreRun(seed, Long, clients, lostPercent);
        var result = LinearizabilityChecker.Check(new KeyValueModel(), run.History);
        result.Outcome.ShouldBe(CheckOutcome.Linearizable);

        // Lost operations are tried in the gaps only, of which there are no more than there are lost operations.
        var lost = run.History.Count(operation => operation.IsOptional);
        result.Steps.ShouldBeLessThan(((long)Long * clients) + (lost * lost));
    }

    [Fact]
    public void Check_RandomHistories_AreLinearizableWithAndWithoutTheirLog()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var run = new StoreRun(seed, operations: 60, clients: 6, lostPercent: 15);
            KeyValueChecker.Check(run.History).Outcome.ShouldBe(CheckOutcome.Linearizable, $"seed {seed}");
            KeyValueChecker.Check(run.History, run.Log).Outcome.ShouldBe(CheckOutcome.Linearizable, $"seed {seed} with its log");
        }
    }

    [Fact]
    public void Check_AnswerOfAReadChanged_IsIllegal()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var run = new StoreRun(seed, operations: 200, clients: 6, lostPercent: 0);
            var read = run.History.FindIndex(100, operation => operation.Output is RangeResponse { Count: 1 });
            var answer = (RangeResponse)run.History[read].Output!;
            var changed = answer with { Records = [answer.Records[0] with { Value = "never written" }] };
            run.History[read] = run.History[read] with { Output = changed };
            var verdict = KeyValueChecker.Check(run.History);
            verdict.Outcome.ShouldBe(CheckOutcome.Illegal, $"seed {seed}");
            verdict.Failure.ShouldNotBeNull().ShouldContain("none of these can come next");
            verdict.Result.Failed!.Blocked.Select(at => verdict.Checked[at].Output).ShouldContain(changed);
        }
    }

    [Fact]
    public void Check_ReadOfAnEarlierRevisionAfterALaterOne_IsIllegal()
    {
        var store = new HistoryWriter();
        store.Put(1, "a", "1", revision: 2).Put(1, "a", "2", revision: 3).Get(2, "a", store.Record("a", "1", 2, 2, 1), revision: 2);
        store.Check().Outcome.ShouldBe(CheckOutcome.Illegal);
    }

    [Fact]
    public void Check_AcknowledgedWriteThatIsNotThere_IsIllegal()
    {
        var store = new HistoryWriter();
        store.Put(1, "a", "1", revision: 2).Get(2, "a", null, revision: 1);
        store.Check().Outcome.ShouldBe(CheckOutcome.Illegal);
    }

    [Fact]
    public void Check_LostWriteThatHappenedTwice_IsIllegal()
    {
        var store = new HistoryWriter();
        store.Lost(1, new PutRequest("a", "1")).Get(2, "a", store.Record("a", "1", 2, 2, 1), revision: 2)
            .Get(2, "a", store.Record("a", "1", 2, 3, 2), revision: 3);
        store.Check().Outcome.ShouldBe(CheckOutcome.Illegal);
    }

    [Fact]
    public void Check_RevisionTwiceGiven_IsIllegal()
    {
        var store = new HistoryWriter();
        store.Put(1, "a", "1", revision: 2).Put(2, "b", "1", revision: 2);
        store.Check().Outcome.ShouldBe(CheckOutcome.Illegal);
    }

    [Fact]
    public void Check_TransactionWhoseCompareCannotHold_IsIllegal()
    {
        var store = new HistoryWriter();
        var txn = new TxnRequest([KeyCompare.Missing("a")], [new PutRequest("a", "2")], []);
        store.Put(1, "a", "1", revision: 2).Add(2, txn, new TxnResponse(3, true, [new PutResponse(0)]));
        store.Check().Outcome.ShouldBe(CheckOutcome.Illegal);
    }

    [Fact]
    public void Check_LostWriteNotInTheLog_IsDropped()
    {
        var store = new HistoryWriter();
        store.Lost(1, new PutRequest("a", "1")).Put(2, "b", "1", revision: 2);
        store.Log.Append(2, [StoreEvent.Put(store.Record("b", "1", 2, 2, 1))]);
        store.Check().Checked.ShouldHaveSingleItem().Input.ShouldBe(new PutRequest("b", "1"));
    }

    [Fact]
    public void Check_LostWriteInTheLog_TakesItsRevision()
    {
        var store = new HistoryWriter();
        store.Lost(1, new PutRequest("a", "1")).Put(2, "b", "1", revision: 3);
        store.Log.Append(2, [StoreEvent.Put(store.Record("a", "1", 2, 2, 1))]);
        store.Log.Append(3, [StoreEvent.Put(store.Record("b", "1", 3, 3, 1))]);
        var verdict = store.Check();
        (verdict.Outcome, verdict.ByRevision).ShouldBe((CheckOutcome.Linearizable, true));
        verdict.Checked[0].Output.ShouldBe(new SeenResponse(2));
    }

    /// <summary>Two deletes were lost and one happened: which of them is left to the search.</summary>
    [Fact]
    public void Check_LostWritesThatLookAlike_StayUnknown()
    {
        var store = new HistoryWriter();
        store.Put(1, "a", "1", revision: 2);
        store.Lost(1, new DeleteRequest(new KeyRange("a"))).Lost(2, new DeleteRequest(new KeyRange("a")));
        store.Get(3, "a", null, revision: 3);
        store.Log.Append(2, [StoreEvent.Put(store.Record("a", "1", 2, 2, 1))]);
        store.Log.Append(3, [StoreEvent.Delete("a", 3)]);
        var verdict = store.Check();
        (verdict.Outcome, verdict.ByRevision, verdict.Checked.Count).ShouldBe((CheckOutcome.Linearizable, false, 4));
    }

    [Fact]
    public void Check_RevocationInTheLog_TakesItsRevision()
    {
        var store = new HistoryWriter();
        store.Add(1, new PutRequest("a", "1", 7), new PutResponse(2));
        store.Add(1, new RevokeRequest(7), new RevokeResponse(0)).Put(2, "b", "1", revision: 4);
        store.Log.Append(2, [StoreEvent.Put(new KeyRecord("a", "1", 2, 2, 1, 7))]);
        store.Log.Append(3, [StoreEvent.Delete("a", 3)]);
        store.Log.Append(4, [StoreEvent.Put(store.Record("b", "1", 4, 4, 1))]);
        var verdict = store.Check();
        (verdict.Outcome, verdict.ByRevision).ShouldBe((CheckOutcome.Linearizable, true));
    }

    /// <summary>A client's revocation says no revision, and a lease that expires is nobody's operation.</summary>
    [Fact]
    public void Check_LeasesThatEnd_TakeTheirKeysAtOneRevision()
    {
        var store = new HistoryWriter();
        store.Add(1, new PutRequest("a", "1", 7), new PutResponse(2)).Add(1, new PutRequest("b", "1", 7), new PutResponse(3));
        store.Add(1, new PutRequest("c", "1", 8), new PutResponse(4));
        store.Add(1, new RevokeRequest(7), new RevokeResponse(0)).Lost(-1, new RevokeRequest(8));
        store.Add(2, new RangeRequest(KeyRange.All), new RangeResponse(6, [], 0));
        store.Check().Outcome.ShouldBe(CheckOutcome.Linearizable);
        store.Add(2, new RangeRequest(KeyRange.All), new RangeResponse(7, [], 0));
        store.Check().Outcome.ShouldBe(CheckOutcome.Illegal);
    }
}
