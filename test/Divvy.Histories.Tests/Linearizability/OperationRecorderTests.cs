using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.Linearizability;

public sealed class OperationRecorderTests
{
    [Fact]
    public void Operations_OneAfterTheOtherWhileTheClockStands_KeepTheirOrder()
    {
        var recorder = new OperationRecorder<RegisterCall, RegisterAnswer>();
        var now = TimeSpan.FromSeconds(1);
        var write = recorder.Invoke(1, new RegisterCall(1), now);
        recorder.Complete(write, new RegisterAnswer(), now);
        var read = recorder.Invoke(2, new RegisterCall(), now);
        recorder.Complete(read, new RegisterAnswer(0), now);
        LinearizabilityChecker.Check(new Register(), recorder.Operations).Outcome.ShouldBe(CheckOutcome.Illegal);
    }

    [Fact]
    public void Operations_RefusedOne_IsForgotten()
    {
        var recorder = new OperationRecorder<RegisterCall, RegisterAnswer>();
        var refused = recorder.Invoke(1, new RegisterCall(1), TimeSpan.Zero);
        var lost = recorder.Invoke(1, new RegisterCall(2), TimeSpan.Zero);
        recorder.Refuse(refused);
        var left = recorder.Operations.ShouldHaveSingleItem();
        (left.Input.Write, left.IsOptional, left.Returned, lost).ShouldBe((2, true, null, 1));
    }
}
