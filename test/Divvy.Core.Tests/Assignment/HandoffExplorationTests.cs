using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Tests.Assignment.World;

namespace Divvy.Core.Tests.Assignment;

/// <summary>Random schedules over the real steps and the real host machine. A failing seed repeats its schedule exactly.</summary>
public sealed class HandoffExplorationTests
{
    private const int Steps = 300;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Exclusive_RandomSchedules_KeepThePromisesAndComeToRest(int block)
    {
        for (var seed = block * 2_500; seed < (block + 1) * 2_500; seed++)
        {
            Explore(seed, Mutant.None, OwnershipMode.Exclusive).ShouldBeNull($"seed {seed}");
        }
    }

    [Fact]
    public void Affinity_RandomSchedules_NeverShareAGenerationAndComeToRest()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            Explore(seed, Mutant.None, OwnershipMode.Affinity).ShouldBeNull($"seed {seed}");
        }
    }

    [Theory]
    [InlineData(nameof(Mutant.RolesByInstance))]
    [InlineData(nameof(Mutant.EarlyRevocation))]
    [InlineData(nameof(Mutant.TakeoverWithoutCompare))]
    [InlineData(nameof(Mutant.RolesWithoutOrder))]
    [InlineData(nameof(Mutant.AckByGeneration))]
    [InlineData(nameof(Mutant.AckOnReceipt))]
    [InlineData(nameof(Mutant.GenerationsRestart))]
    [InlineData(nameof(Mutant.DeleteWithoutYield))]
    [InlineData(nameof(Mutant.FlipWithoutAck))]
    [InlineData(nameof(Mutant.AckWithoutRenewal))]
    [InlineData(nameof(Mutant.AckWithoutNumber))]
    [InlineData(nameof(Mutant.NoMargin))]
    public void ABrokenReading_RandomSchedules_AreCaught(string name)
    {
        var mutant = Enum.Parse<Mutant>(name);
        var caught = Enumerable.Range(0, 30_000).Select(seed => Explore(seed, mutant, OwnershipMode.Exclusive))
            .FirstOrDefault(broken => broken is not null && !broken.StartsWith("never", StringComparison.Ordinal));
        caught.ShouldNotBeNull($"{mutant} went unnoticed");
    }

    [Fact]
    public void RandomSchedules_ReachEveryStepAndEveryEvent()
    {
        var steps = new SortedSet<StepKind>();
        var events = new SortedSet<JournalEvent>();
        var decisions = new SortedSet<AdmitKind>();
        for (var seed = 0; seed < 200; seed++)
        {
            var explorer = new Explorer(seed);
            explorer.Run(Steps);
            steps.UnionWith(explorer.World.Store.Committed.Keys);
            events.UnionWith(explorer.World.Processes.SelectMany(process => process.Journal).Select(entry => entry.Event));
            decisions.UnionWith(explorer.World.Decisions);
        }

        steps.ShouldBe(Enum.GetValues<StepKind>());
        events.ShouldBe(Enum.GetValues<JournalEvent>());
        decisions.ShouldBe(Enum.GetValues<AdmitKind>().Where(kind => kind != AdmitKind.Overloaded));
    }

    private static string? Explore(int seed, Mutant mutant, OwnershipMode mode)
    {
        try
        {
            var explorer = new Explorer(seed, mutant, mode);
            explorer.Run(Steps);
            explorer.ComeToRest();
            return null;
        }
        catch (PromiseBrokenException broken)
        {
            return broken.Message;
        }
    }
}
