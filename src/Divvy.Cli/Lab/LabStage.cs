using System.Globalization;
using Divvy.Cli.Journals;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab;

/// <summary>One namespace of the lab: its servers, its instances and their journals. A scenario disturbs it, waits
/// for
/// what the journals say, and measures from the journals' times, so that polling costs no precision.</summary>
internal sealed class LabStage
{
    /// <summary>Waiting longer than this for anything is a failure of the scenario.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How long a stage must stand still to count as settled.</summary>
    public static readonly TimeSpan Stillness = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private readonly LabProcesses processes;
    private readonly JournalFollower follower;
    private readonly List<JournalEntry> entries = [];
    private readonly List<Death> deaths = [];
    private readonly List<LabInstance> instances = [];
    private int started;

    public LabStage(LabSettings settings, LabProcesses processes, string name, int shards)
    {
        Settings = settings;
        this.processes = processes;
        Name = name;
        Shards = shards;
        Folder = Path.Combine(processes.Folder, name);
        Directory.CreateDirectory(Folder);
        follower = new JournalFollower(Folder);
    }

    public LabSettings Settings { get; }

    /// <summary>Names the namespace.</summary>
    public string Name { get; }

    public int Shards { get; }

    /// <summary>Where the journals are.</summary>
    public string Folder { get; }

    public List<LabServer> Servers { get; } = [];

    public IReadOnlyList<LabInstance> Instances => instances;

    public IEnumerable<string> InstanceIds => instances.SelectMany(instance => instance.Ids);

    public HoldBoard Board { get; } = new();

    public IReadOnlyList<JournalEntry> Entries => entries;

    /// <summary>All servers, as <c>--server</c> takes them.</summary>
    public string Addresses => string.Join(',', Servers.Select(server => server.Address));

    public static long NowNs => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Starts a process with this many new instances; without HTTP nobody can ask them for
    /// anything.</summary>
    public async Task<LabInstance> StartInstancesAsync(int count, bool http, CancellationToken cancellationToken)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"i{++started:00}");
        List<string> arguments =
        [
            "client", "--server", Addresses, "--namespace", Name, "--id", id, "--clients", $"{count}",
            "--duration", "0s", "--journal", Path.Combine(Folder, $"{id}.journal"),
        ];
        if (http)
            arguments.AddRange(["--http", $"{FreePort.Find(count)}"]);
        var process = await processes.StartAsync(id, arguments, Demo.DemoLog.Ready, cancellationToken);
        var ids = count == 1 ? [id] : Enumerable.Range(1, count).Select(number => $"{id}-{number}").ToArray();
        var instance = new LabInstance(ids, process);
        instances.Add(instance);
        return instance;
    }

    /// <summary>SIGTERM: it drains and leaves. Returns its exit code.</summary>
    public async Task<int> DrainAsync(LabInstance instance)
    {
        instances.Remove(instance);
        return await instance.Process.StopAsync(Patience);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync(LabInstance instance)
    {
        instances.Remove(instance);
        instance.Process.Signal(UnixSignal.Kill);
        await instance.Process.Exited;
        Read();
        foreach (var id in instance.Ids)
        {
            deaths.Add(new Death(id, NowNs));
            Board.Bury(id);
        }
    }

    /// <summary>The state now, to measure from.</summary>
    public Disturbance Disturb()
    {
        Read();
        return new Disturbance(
            NowNs,
            Board.Holders.ToDictionary(holder => holder.Key, holder => holder.Value.Instance, StringComparer.Ordinal));
    }

    /// <summary>Waits until the journals fulfil a condition.
    /// <exception cref="CommandException">They did not in time.</exception></summary>
    public async Task WaitAsync(string what, Func<bool> condition, CancellationToken cancellationToken)
    {
        var deadline = NowNs + (Patience.Ticks * 100);
        while (true)
        {
            Read();
            if (condition())
                return;
            if (NowNs > deadline)
            {
                throw new CommandException(
                    ExitCode.Failed, $"after {Patience.TotalSeconds:0} s still not: {what}. {Describe()}");
            }
            await Task.Delay(Poll, cancellationToken);
        }
    }

    /// <summary>Waits until every shard is held, by the live instances in equal parts, and nothing changes any more.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var lastChange = NowNs;
        var known = entries.Count;
        await WaitAsync(
            "every shard is held and shared out evenly",
            () =>
            {
                if (entries.Count != known)
                    (known, lastChange) = (entries.Count, NowNs);
                return IsBalanced && NowNs - lastChange > Stillness.Ticks * 100;
            },
            cancellationToken);
    }

    /// <summary>Whether every shard is held by a live instance and no two differ by more than one.</summary>
    public bool IsBalanced
    {
        get
        {
            var counts = Board.Counts(InstanceIds).Values;
            return counts.Sum() == Shards && counts.Max() - counts.Min() <= 1;
        }
    }

    /// <summary>Who overlapped since a time, by all the journals.</summary>
    public AuditReport Audit()
    {
        Read();
        return OwnershipAudit.Check(entries, deaths);
    }

    private void Read()
    {
        var fresh = follower.ReadNew();
        entries.AddRange(fresh);
        Board.Apply(fresh);
    }

    private string Describe()
    {
        var counts = Board.Counts(InstanceIds);
        return $"{counts.Values.Sum()} of {Shards} shards are held: "
            + string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"));
    }
}
