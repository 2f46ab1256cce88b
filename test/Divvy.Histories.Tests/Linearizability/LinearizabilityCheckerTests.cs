using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.Linearizability;

public sealed class LinearizabilityCheckerTests
{
    [Fact]
    public void Check_NoOperations_IsLinearizable() =>
        new RegisterHistory().Check().Outcome.ShouldBe(CheckOutcome.Linearizable);

    [Fact]
    public void Check_ConcurrentWriteAndReads_FindsTheOnlyOrder()
    {
        // The read of 1 must come between the two writes, whichever was called first.
        var history = new RegisterHistory().Write(1, 2, 0, 10).Write(2, 1, 1, 9).Read(3, 1, 2, 3).Read(3, 2, 11, 12);
        var result = history.Check();
        result.Outcome.ShouldBe(CheckOutcome.Linearizable);
        result.Partitions.ShouldHaveSingleItem().Linearization.ShouldBe([1, 2, 0, 3]);
    }

    [Fact]
    public void Check_ReadOfTheOldValueAfterANewOne_IsIllegal()
    {
        var result = new RegisterHistory().Write(1, 1, 0, 10).Read(2, 1, 1, 2).Read(3, 0, 3, 4).Check();
        result.Outcome.ShouldBe(CheckOutcome.Illegal);
        result.Failed.ShouldNotBeNull().Linearization.ShouldBe([0, 1]);
        result.Failed.Blocked.ShouldBe([2]);
    }

    [Fact]
    public void Check_ReadThatTouchesTheReturnOfAWrite_IsConcurrentWithIt() =>
        new RegisterHistory().Write(1, 1, 0, 5).Read(2, 0, 5, 6).Check().Outcome.ShouldBe(CheckOutcome.Linearizable);

    [Fact]
    public void Check_LostWriteThatIsRead_IsPutBeforeTheRead()
    {
        var result = new RegisterHistory().LostWrite(1, 1, 0).Read(2, 0, 10, 11).Read(2, 1, 20, 21).Check();
        result.Outcome.ShouldBe(CheckOutcome.Linearizable);
        result.Partitions[0].Linearization.ShouldBe([1, 0, 2]);
    }

    [Fact]
    public void Check_LostWriteThatNobodySees_NeedNotHaveHappened()
    {
        var lost = new RegisterHistory().LostWrite(1, 1, 0).Read(2, 0, 5, 6);
        LinearizabilityChecker.Check(new StuckRegister(), lost.Operations).Outcome.ShouldBe(CheckOutcome.Linearizable);
    }

    [Fact]
    public void Check_LostWriteBeforeItsCall_IsIllegal() =>
        new RegisterHistory().Read(2, 1, 0, 1).LostWrite(1, 1, 5).Check().Outcome.ShouldBe(CheckOutcome.Illegal);

    [Fact]
    public void Check_SeenWriteWithoutAPlace_IsIllegal()
    {
        var seen = new RegisterHistory().SeenWrite(1, 1, 0).Read(2, 0, 5, 6);
        seen.Check().Outcome.ShouldBe(CheckOutcome.Linearizable);
        LinearizabilityChecker.Check(new StuckRegister(), seen.Operations).Outcome.ShouldBe(CheckOutcome.Illegal);
    }

    [Fact]
    public void Check_PartsOfTheState_AreJudgedApart()
    {
        var result = new RegisterHistory()
            .Write(1, 1, 0, 1).Write(1, 7, 2, 3, "y").Read(2, 1, 4, 5).Read(2, 8, 6, 7, "y").Check();
        result.Outcome.ShouldBe(CheckOutcome.Illegal);
        result.Partitions.Select(part => part.Outcome).ShouldBe([CheckOutcome.Linearizable, CheckOutcome.Illegal]);
        result.Failed!.Operations.ShouldBe([1, 3]);
        result.Failed.Linearization.ShouldBe([1]);
        result.Failed.Blocked.ShouldBe([3]);
    }

    [Fact]
    public void Check_BudgetSpent_IsUnknownAndShowsHowFarItCame()
    {
        var history = new RegisterHistory();
        for (var at = 0; at < 10; at++)
            history.Write(1, at, at, at + 0.5);
        var result = history.Check(new CheckOptions { StepLimit = 4 });
        result.Outcome.ShouldBe(CheckOutcome.Unknown);
        result.Steps.ShouldBe(4);
        result.Failed!.Linearization.ShouldBe([0, 1, 2, 3]);
        history.Check(new CheckOptions { MemoLimit = 6 }).Failed!.Linearization.Count.ShouldBe(6);
    }

    [Fact]
    public void Check_TimeSpent_IsUnknown()
    {
        var history = new RegisterHistory();
        for (var at = 0; at < 5_000; at++)
            history.Write(1, at, at, at + 0.5);
        var options = new CheckOptions { TimeLimit = TimeSpan.FromSeconds(1), Clock = new HastyClock() };
        history.Check(options).Outcome.ShouldBe(CheckOutcome.Unknown);
    }

    /// <summary>Without Lowe's memory, n concurrent writes of one value and an impossible read cost n! steps.</summary>
    [Fact]
    public void Check_ManyOrdersToTheSameState_TriesEachConfigurationOnce()
    {
        var history = new RegisterHistory();
        const int writers = 12;
        for (var client = 0; client < writers; client++)
            history.Write(client, 1, client, 100);
        history.Read(writers, 2, 200, 201);
        var result = history.Check();
        result.Outcome.ShouldBe(CheckOutcome.Illegal);
        result.Steps.ShouldBeLessThan(writers * (1 << writers));
        result.Failed!.Linearization.Count.ShouldBe(writers);
        result.Failed.Blocked.ShouldBe([writers]);
    }

    /// <summary>The answer is the one that trying every order of every choice of lost writes gives.</summary>
    [Fact]
    public void Check_RandomSmallHistories_AgreesWithTryingEverything()
    {
        var outcomes = new Dictionary<CheckOutcome, int>();
        for (var seed = 0; seed < 3_000; seed++)
        {
            var operations = RandomHistory(new Random(seed));
            var expected = EveryOrder.Explains(new Register(), operations) ? CheckOutcome.Linearizable : CheckOutcome.Illegal;
            LinearizabilityChecker.Check(new Register(), operations).Outcome.ShouldBe(expected, $"seed {seed}");
            outcomes[expected] = outcomes.GetValueOrDefault(expected) + 1;
        }

        outcomes[CheckOutcome.Linearizable].ShouldBeGreaterThan(300);
        outcomes[CheckOutcome.Illegal].ShouldBeGreaterThan(300);
    }

    private static List<Operation<RegisterCall, RegisterAnswer>> RandomHistory(Random random)
    {
        var history = new RegisterHistory();
        var count = random.Next(1, 7);
        for (var client = 0; client < count; client++)
        {
            double from = random.Next(20);
            var to = from + random.Next(1, 12);
            _ = random.Next(8) switch
            {
                < 3 => history.Write(client, random.Next(1, 4), from, to),
                < 6 => history.Read(client, random.Next(0, 4), from, to),
                6 => history.LostWrite(client, random.Next(1, 4), from),
                _ => history.SeenWrite(client, random.Next(1, 4), from),
            };
        }

        return history.Operations;
    }

    /// <summary>A register that nothing can be written to.</summary>
    private sealed class StuckRegister : IModel<int, RegisterCall, RegisterAnswer>
    {
        public int Initial => 0;

        public IEqualityComparer<int> States => EqualityComparer<int>.Default;

        public bool TryStep(int state, RegisterCall input, RegisterAnswer output, out int next)
        {
            next = state;
            return input.Write is null && output.Value == state;
        }

        public int Apply(int state, RegisterCall input) => state;

        public string Describe(RegisterCall input, RegisterAnswer? output) => "";

        public string Describe(int state) => "";
    }

    /// <summary>A clock that jumps a minute whenever it is read.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long now;

        public override long GetTimestamp() => now += TimestampFrequency * 60;
    }
}
