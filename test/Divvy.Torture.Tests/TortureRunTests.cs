using Divvy.TestKit;
using Divvy.TestKit.Etcd;
using Divvy.Torture.Targets;

namespace Divvy.Torture.Tests;

/// <summary>A few rounds; the program runs thousands.</summary>
public sealed class TortureRunTests
{
    [EtcdTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task RunAsync_RealEtcd_KeepsItsPromises(int members)
    {
        using var directory = new TempDirectory("torture");
        var summary = await RunAsync(new EtcdTarget(), members, rounds: 3, directory);
        summary.Violation.ShouldBeNull();
        (summary.Rounds, summary.Kills + summary.Disturbances >= 3, summary.Acknowledged > 60).ShouldBe((3, true, true));
    }

    /// <summary>
    /// A store that starts from nothing after a kill has lost every acknowledged write: the first round that kills tells
    /// (the seed's rounds may begin with pauses and cut-offs, which lose nothing).
    /// </summary>
    [EtcdFact]
    public async Task RunAsync_StoreThatForgets_IsFoundOut()
    {
        using var directory = new TempDirectory("torture");
        var summary = await RunAsync(new ForgetfulTarget(new EtcdTarget()), members: 1, rounds: 10, directory);
        summary.Violation.ShouldNotBeNull().ShouldContain("a linearizable read");
    }

    /// <summary>Members that know nothing of each other answer from another past: a read misses what was acknowledged.</summary>
    [EtcdFact]
    public async Task RunAsync_MembersThatAreNoCluster_AreFoundOut()
    {
        using var directory = new TempDirectory("torture");
        var summary = await RunAsync(new SplitTarget(new EtcdTarget()), members: 2, rounds: 3, directory);
        summary.Violation.ShouldNotBeNull().ShouldContain("answers a linearizable read with 0 after");
    }

    private static async Task<TortureSummary> RunAsync(ITarget target, int members, int rounds, TempDirectory directory)
    {
        var options = new TortureOptions
        {
            Target = target,
            Members = members,
            Rounds = rounds,
            Directory = directory.File("data"),
        };
        await using var run = new TortureRun(options, _ => { });
        return await run.RunAsync();
    }
}
