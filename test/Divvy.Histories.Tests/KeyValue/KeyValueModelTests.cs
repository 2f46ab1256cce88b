using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Tests.KeyValue;

/// <summary>etcd's meaning of the requests, one rule a test.</summary>
public sealed class KeyValueModelTests
{
    private readonly KeyValueModel model = new();

    [Fact]
    public void Step_FirstPut_MakesRevisionTwo() =>
        Steps(new PutRequest("a", "1"), new PutResponse(2))["a"].ShouldBe(new KeyRecord("a", "1", 2, 2, 1));

    [Fact]
    public void Step_PutAgain_CountsVersionsAndKeepsTheCreation() =>
        Steps((new PutRequest("a", "1"), new PutResponse(2)), (new PutRequest("a", "2", 9), new PutResponse(3)))["a"]
            .ShouldBe(new KeyRecord("a", "2", 2, 3, 2, 9));

    [Fact]
    public void Step_PutAfterDelete_BeginsAnew() =>
        Steps(
            (new PutRequest("a", "1"), new PutResponse(2)),
            (new DeleteRequest(new KeyRange("a")), new DeleteResponse(3, 1)),
            (new PutRequest("a", "2"), new PutResponse(4)))["a"].ShouldBe(new KeyRecord("a", "2", 4, 4, 1));

    [Fact]
    public void Step_DeleteOfNothing_MakesNoRevision() =>
        Steps(new DeleteRequest(KeyRange.All), new DeleteResponse(1, 0)).Revision.ShouldBe(1);

    [Fact]
    public void Step_TransactionOfManyWrites_MakesOneRevision()
    {
        var txn = new TxnRequest([], [new PutRequest("a", "1"), new PutRequest("b", "1"), new RangeRequest(KeyRange.All)], []);
        var a = new KeyRecord("a", "1", 2, 2, 1);
        var seen = new RangeResponse(0, [a, a with { Key = "b" }], 2);
        var state = Steps(txn, new TxnResponse(2, true, [new PutResponse(0), new PutResponse(0), seen]));
        state.Records.ShouldBe([a, a with { Key = "b" }]);
    }

    [Fact]
    public void Step_TransactionThatOnlyReads_MakesNoRevision()
    {
        var txn = new TxnRequest([KeyCompare.Missing("a")], [new RangeRequest(new KeyRange("a"))], [new PutRequest("a", "1")]);
        Steps(txn, new TxnResponse(1, true, [new RangeResponse(0, [], 0)])).Revision.ShouldBe(1);
    }

    [Fact]
    public void Step_RangeWithLimit_CountsEverything()
    {
        var state = Steps((new PutRequest("a", "1"), new PutResponse(2)), (new PutRequest("b", "1"), new PutResponse(3)));
        var answer = new RangeResponse(3, [new KeyRecord("a", "1", 2, 2, 1)], 2);
        model.TryStep(state, new RangeRequest(KeyRange.All, Limit: 1), answer, out _).ShouldBeTrue();
        model.TryStep(state, new RangeRequest(KeyRange.All, Limit: 1), answer with { Count = 1 }, out _).ShouldBeFalse();
        model.TryStep(state, new RangeRequest(KeyRange.All), answer, out _).ShouldBeFalse();
    }

    [Fact]
    public void Step_RangeEnd_IsLeftOut()
    {
        var state = Steps((new PutRequest("a", "1"), new PutResponse(2)), (new PutRequest("b", "1"), new PutResponse(3)));
        state.In(new KeyRange("a", "b")).Select(record => record.Key).ShouldBe(["a"]);
        state.In(new KeyRange("a0", "\0")).Select(record => record.Key).ShouldBe(["b"]);
        state.In(KeyRange.Prefix("a")).Select(record => record.Key).ShouldBe(["a"]);
        state.In(new KeyRange("c")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(CompareTarget.Version, CompareResult.Equal, 1, true)]
    [InlineData(CompareTarget.CreateRevision, CompareResult.Less, 2, false)]
    [InlineData(CompareTarget.ModRevision, CompareResult.Greater, 1, true)]
    [InlineData(CompareTarget.Lease, CompareResult.NotEqual, 0, true)]
    public void Holds_KeyThatIsThere_ComparesItsNumbers(CompareTarget target, CompareResult result, long number, bool expected)
    {
        var record = new KeyRecord("a", "m", 2, 2, 1, 5);
        new KeyCompare(new KeyRange("a"), target, result, number).Holds([record]).ShouldBe(expected);
    }

    [Fact]
    public void Holds_KeyThatIsMissing_ComparesZeroesButNoValue()
    {
        new KeyCompare(new KeyRange("a"), CompareTarget.Version, CompareResult.Less, 1).Holds([]).ShouldBeTrue();
        KeyCompare.ValueOf("a", CompareResult.NotEqual, "x").Holds([]).ShouldBeFalse();
    }

    [Fact]
    public void Holds_Range_MustHoldForEveryKey()
    {
        var one = new KeyRecord("a", "m", 2, 2, 1);
        var compare = new KeyCompare(KeyRange.All, CompareTarget.Value, CompareResult.Greater, Value: "l");
        compare.Holds([one, one with { Key = "b" }]).ShouldBeTrue();
        compare.Holds([one, one with { Key = "b", Value = "k" }]).ShouldBeFalse();
    }

    [Fact]
    public void LatestProgress_WriteAndRead_AreTheRevisionsTheyBeginAt()
    {
        model.LatestProgress(new PutRequest("a", "1"), new PutResponse(7)).ShouldBe(6);
        model.LatestProgress(new RangeRequest(KeyRange.All), new RangeResponse(7, [], 0)).ShouldBe(7);
        model.LatestProgress(new DeleteRequest(KeyRange.All), new DeleteResponse(7, 0)).ShouldBe(7);
        model.LatestProgress(new RevokeRequest(1), new RevokeResponse(0)).ShouldBe(long.MaxValue);
        var txn = new TxnRequest([], [new DeleteRequest(KeyRange.All)], [new PutRequest("a", "1")]);
        model.LatestProgress(txn, new TxnResponse(7, true, [new DeleteResponse(0, 1)])).ShouldBe(6);
        model.LatestProgress(txn, new TxnResponse(7, true, [new DeleteResponse(0, 0)])).ShouldBe(7);
        model.LatestProgress(txn, new TxnResponse(7, false, [new PutResponse(0)])).ShouldBe(6);
    }

    [Fact]
    public void Explain_WrongAnswer_SaysTheRightOne() =>
        model.Explain(model.Initial, new PutRequest("a", "1"), new PutResponse(9)).ShouldBe("the store would answer: done @2");

    private KeyValueState Steps(KeyValueRequest request, KeyValueResponse response) => Steps((request, response));

    private KeyValueState Steps(params (KeyValueRequest Request, KeyValueResponse Response)[] steps)
    {
        var state = model.Initial;
        foreach (var (request, response) in steps)
            model.TryStep(state, request, response, out state).ShouldBeTrue($"{request} must answer {response}");
        return state;
    }
}
