using Divvy.Core.Streams;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Streams.Tests.Consuming;

public sealed class ShardMachineTests
{
    [Fact]
    public void Next_FirstAndIdle_InitializesThenReceives()
    {
        var machine = new ShardMachine(Policy());
        machine.Next.ShouldBe(ShardStep.Initialize);

        machine.Initialized();

        machine.Next.ShouldBe(ShardStep.Receive);
    }

    [Fact]
    public void Next_EndWithRecords_ComesAfterThem()
    {
        var machine = Running("1", "2");
        machine.EndReached();

        machine.Next.ShouldBe(ShardStep.Process);
        machine.Processed();
        machine.Next.ShouldBe(ShardStep.EndShard);
        machine.EndTold();
        machine.Next.ShouldBe(ShardStep.Finish);
    }

    [Fact]
    public void Leave_ProcessorNotReady_NeedsNoLastCall()
    {
        var machine = new ShardMachine(Policy());

        machine.Leave();

        machine.Next.ShouldBe(ShardStep.Done);
    }

    [Fact]
    public void Leave_WithRecordsLeft_AsksToShutDownNext()
    {
        var machine = Running("1", "2");

        machine.Leave();

        machine.Next.ShouldBe(ShardStep.RequestShutdown);
    }

    [Fact]
    public void Lose_WhileLeaving_GoesFirst()
    {
        var machine = Running("1");
        machine.Leave();

        machine.Lose();

        machine.Next.ShouldBe(ShardStep.TellLost);
    }

    [Fact]
    public void Leave_AfterTheEndWasTold_MakesNoSecondLastCall()
    {
        var machine = Running();
        machine.EndReached();
        machine.EndTold();

        machine.Leave();

        machine.Next.ShouldBe(ShardStep.Done);
    }

    [Fact]
    public void Failed_FirstTime_PausesLongerEachTimeUpToTheMaximum()
    {
        var policy = Policy();
        policy.MaxAttempts = 10;
        policy.MaxBackoff = TimeSpan.FromMilliseconds(350);
        var machine = new ShardMachine(policy);
        machine.Initialized();
        machine.Received(Records("1"));

        var pauses = Enumerable.Range(0, 4).Select(_ =>
        {
            Fail(machine).ShouldBeNull();
            machine.Next.ShouldBe(ShardStep.Pause);
            machine.Paused();
            return machine.Backoff.TotalMilliseconds;
        }).ToList();

        pauses.ShouldBe([100, 200, 350, 350]);
    }

    [Fact]
    public void Failed_AttemptsUsedUp_FindsTheRecordAndSkipsIt()
    {
        var machine = new ShardMachine(Policy(PoisonAction.Skip));
        machine.Initialized();
        machine.Received(Records("1", "2", "poison", "4", "5"));

        var given = Drive(machine, record => record.PartitionKey != "poison");

        given.Processed.ShouldBe(["1", "2", "4", "5"]);
        given.Skipped.ShouldBe(["poison"]);
        machine.Completed!.PartitionKey.ShouldBe("5");
    }

    [Fact]
    public void Failed_RecordNamed_IsNotSearchedFor()
    {
        var machine = new ShardMachine(Policy(PoisonAction.Skip));
        machine.Initialized();
        var records = Records("1", "2", "3");
        machine.Received(records);

        machine.Failed(records[1], Checkpoint.TrimHorizon, true).ShouldBeNull();

        machine.Completed.ShouldBe(records[0]);
        machine.Pending.ShouldBe([records[1], records[2]]);
        machine.Paused();
        machine.Failed(records[1], Checkpoint.TrimHorizon, true);
        machine.Paused();
        machine.Failed(records[1], Checkpoint.TrimHorizon, true).ShouldBe(records[1]);
        machine.Next.ShouldBe(ShardStep.Skip);
    }

    [Fact]
    public void Failed_RecordsCheckpointedMeanwhile_DoNotComeAgain()
    {
        var machine = Running("1", "2", "3");

        machine.Failed(null, new Checkpoint("101"), true);

        machine.Pending.Select(record => record.PartitionKey).ShouldBe(["3"]);
        machine.Completed!.PartitionKey.ShouldBe("2");
    }

    [Fact]
    public void Failed_StoreAtFault_NeverUsesUpAttempts()
    {
        var machine = new ShardMachine(Policy(PoisonAction.Skip));
        machine.Initialized();
        machine.Received(Records("1"));

        for (var time = 0; time < 20; time++)
        {
            machine.Failed(null, Checkpoint.TrimHorizon, countsAsAttempt: false).ShouldBeNull();
            machine.Next.ShouldBe(ShardStep.Pause);
            machine.Paused();
        }

        machine.Next.ShouldBe(ShardStep.Process);
    }

    [Fact]
    public void Failed_StopShard_ParksUntilTheLeaseMoves()
    {
        var machine = new ShardMachine(Policy(PoisonAction.StopShard));
        machine.Initialized();
        machine.Received(Records("1"));
        Drive(machine, _ => false);

        machine.Next.ShouldBe(ShardStep.Park);
        machine.Phase.ShouldBe(ShardPhase.Stopped);
        machine.Leave();

        machine.Next.ShouldBe(ShardStep.RequestShutdown);
        machine.Completed.ShouldBeNull();
    }

    [Fact]
    public void Failed_FaultThatHeals_DoublesWhatComesAtATime()
    {
        var machine = new ShardMachine(Policy());
        machine.Initialized();
        machine.Received(Records([.. Enumerable.Range(0, 64).Select(index => $"{index}")]));
        var failing = 3;

        var given = Drive(machine, _ => failing-- <= 0);

        given.Processed.Count.ShouldBe(64);
        given.Calls.ShouldBeLessThan(12);
    }

    /// <summary>Whatever fails how often: every record is processed or skipped once, in order, and only those that
    /// always fail are skipped.</summary>
    [Fact]
    public void AnyFailures_Skip_LeaveOutThePoisonOnlyAndKeepTheOrder()
    {
        var faults = Gen.Choose(0, 9).ArrayOf().Where(list => list.Length is > 0 and < 60);
        Prop.ForAll(
            faults.ToArbitrary(),
            kinds =>
            {
                var machine = new ShardMachine(Policy(PoisonAction.Skip));
                machine.Initialized();
                var names = kinds.Select((kind, index) => kind == 0 ? $"poison{index}" : $"{index}").ToArray();
                machine.Received(Records(names));

                var given = Drive(machine, record => !record.PartitionKey.StartsWith("poison"));

                given.Skipped.ShouldBe(names.Where(name => name.StartsWith("poison")));
                given.Processed.ShouldBe(names.Where(name => !name.StartsWith("poison")));
            }).Check(Config.QuickThrowOnFailure);
    }

    /// <summary>Processes until nothing is left to do; a record succeeds or fails with the call it comes in.</summary>
    private static (List<string> Processed, List<string> Skipped, int Calls) Drive(
        ShardMachine machine, Func<StreamRecord, bool> succeeds)
    {
        var (processed, skipped, calls) = (new List<string>(), new List<string>(), 0);
        while (true)
        {
            switch (machine.Next)
            {
                case ShardStep.Process:
                    calls++;
                    var pending = machine.Pending;
                    if (pending.All(succeeds))
                    {
                        processed.AddRange(pending.Select(record => record.PartitionKey));
                        machine.Processed();
                    }
                    else
                        Fail(machine);
                    break;
                case ShardStep.Pause:
                    machine.Paused();
                    break;
                case ShardStep.Skip:
                    skipped.Add(machine.Pending[0].PartitionKey);
                    machine.Skipped();
                    break;
                default:
                    return (processed, skipped, calls);
            }
        }
    }

    private static StreamRecord? Fail(ShardMachine machine) => machine.Failed(null, Checkpoint.TrimHorizon, true);

    private static ShardMachine Running(params string[] names)
    {
        var machine = new ShardMachine(Policy());
        machine.Initialized();
        machine.Received(Records(names));
        return machine;
    }

    private static PoisonOptions Policy(PoisonAction action = PoisonAction.Retry) =>
        new() { Action = action, MaxAttempts = 3 };

    private static IReadOnlyList<StreamRecord> Records(params string[] names) =>
        [.. names.Select((name, index) => new StreamRecord
        {
            PartitionKey = name,
            SequenceNumber = $"{100 + index}",
            Data = Array.Empty<byte>(),
        })];
}
