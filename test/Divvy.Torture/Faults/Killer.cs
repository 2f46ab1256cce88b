using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.Torture.Members;

namespace Divvy.Torture.Faults;

/// <summary>Carries out the fault of a round. Not thread-safe.</summary>
public sealed class Killer(Cluster cluster)
{
    /// <summary>How long a failpoint may take to be reached before the member is killed anyway.</summary>
    private static readonly TimeSpan reachLimit = TimeSpan.FromMilliseconds(400);

    /// <summary>Several election timeouts of a member.</summary>
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(1_500);

    private readonly SortedDictionary<string, int> reached = new(StringComparer.Ordinal);
    private readonly Disturber disturber = new(cluster);
    private int nextFailpoint;

    public int Kills { get; private set; }

    /// <summary>Pauses and cuts.</summary>
    public int Disturbances { get; private set; }

    /// <summary>How often a member died at each failpoint.</summary>
    public IReadOnlyDictionary<string, int> Reached => reached;

    /// <summary>Does to the victims what the plan says, and returns what it did, for the line of the round.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="compactTo">A revision of the past: what lies before it may go.</param>
    public async Task<string> RunAsync(FaultPlan plan, long compactTo)
    {
        await Task.Delay(plan.After);
        var victims = plan.Victims.Select(victim => cluster.Members[victim]).ToList();
        if (Disturber.Handles(plan.Kind))
        {
            Disturbances++;
            return Line(await disturber.RunAsync(plan, victims), victims, plan);
        }

        var details = plan.Kind == FaultKind.PanicAtFailpoint
            ? await PanicAsync(victims, plan, compactTo)
            : await KillAsync(victims, plan, compactTo);
        Kills += victims.Count;
        await Task.Delay(plan.Down);
        if (plan.Kind == FaultKind.KillTwice)
        {
            foreach (var victim in victims)
                await victim.StartAsync();
            await Task.Delay(plan.Into);
            await Task.WhenAll(victims.Select(victim => victim.KillAsync()));
            Kills += victims.Count;
        }

        return Line(details, victims, plan);
    }

    private static string Line(string did, List<Member> victims, FaultPlan plan) =>
        $"{did} {string.Join('+', victims.Select(victim => victim.Name))} after {plan.After.TotalMilliseconds} ms";

    private static async Task<string> KillAsync(List<Member> victims, FaultPlan plan, long compactTo)
    {
        var (name, work) = plan.Kind switch
        {
            FaultKind.KillDuringDefragmentation => ("kill in defragmentation", Everywhere(victims, Defragment)),
            FaultKind.KillDuringCompaction => ("kill in compaction", Quietly(victims[0], Compact(compactTo))),
            FaultKind.KillDuringSnapshot => ("kill in snapshot", Everywhere(victims, Snapshot)),
            FaultKind.KillTwice => ("kill twice", Task.CompletedTask),
            FaultKind.PauseThenKill => ("pause and kill", PauseAsync(victims)),
            _ => ("kill", Task.CompletedTask),
        };
        if (plan.Kind == FaultKind.PauseThenKill)
            await work;
        await Task.Delay(plan.Into);
        await Task.WhenAll(victims.Select(victim => victim.KillAsync()));
        await work;
        return name;
    }

    private static async Task PauseAsync(List<Member> victims)
    {
        victims.ForEach(victim => victim.Pause());
        await Task.Delay(pause);
        victims.ForEach(victim => victim.Resume());
    }

    /// <summary>Arms one failpoint at all victims, in turn over the rounds, and does everything that may lead to it.</summary>
    private async Task<string> PanicAsync(List<Member> victims, FaultPlan plan, long compactTo)
    {
        var names = await victims[0].FailpointsAsync();
        if (names.Count == 0)
            return "no failpoints, kill" + await KillAsync(victims, plan with { Kind = FaultKind.Kill }, compactTo);
        var name = names[nextFailpoint++ % names.Count];
        var terms = plan.SkippedHits == 0 ? "panic" : $"{plan.SkippedHits}*off->panic";
        foreach (var victim in victims)
            await victim.SetFailpointAsync(name, terms);
        var work = Task.WhenAll(
            Quietly(victims[0], Compact(compactTo)), Everywhere(victims, Defragment), Everywhere(victims, Snapshot));
        var died = await Task.WhenAll(victims.Select(victim => victim.WaitForExitAsync(reachLimit)));
        await Task.WhenAll(victims.Select(victim => victim.KillAsync()));
        await work;
        reached[name] = reached.GetValueOrDefault(name) + died.Count(dead => dead);
        return $"{(Array.TrueForAll(died, dead => dead) ? "panic at" : "kill, not reached:")} {name}={terms}";
    }

    private static Task Everywhere(List<Member> members, Func<Member, Task> work) =>
        Task.WhenAll(members.Select(member => Quietly(member, work)));

    /// <summary>The member is killed meanwhile, so the call may fail in every way.</summary>
    private static async Task Quietly(Member member, Func<Member, Task> work)
    {
        try
        {
            await work(member);
        }
        catch (Exception failure) when (failure is RpcException or EtcdException or OperationCanceledException)
        {
            // Whether it was done is seen by the checks, not by its answer.
        }
    }

    private static Task Defragment(Member member) => member.DefragmentAsync();

    private static Task Snapshot(Member member) => member.SnapshotAsync();

    private static Func<Member, Task> Compact(long revision) => async member =>
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await member.Client.CompactAsync(revision, physical: true, limit.Token);
    };
}
