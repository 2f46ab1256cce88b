using Divvy.Consensus.Raft;
using Divvy.Rpc;
using Divvy.Simulation.Disks;
using Divvy.Simulation.Network;
using Divvy.Simulation.World;
using Divvy.Store;
using Divvy.Store.Disk;
using Divvy.Store.Snapshots;
using Divvy.Store.Wal;

namespace Divvy.Simulation.Stores;

/// <summary>One host of the store: a disk that stays, and processes on it that come and go, each of which runs the
/// production member.</summary>
internal sealed class StoreMember(StoreCluster cluster, string name)
{
    public const string LogFolder = "wal";
    public const string SnapshotFolder = "snap";

    private readonly SimRandom random = cluster.World.Fork($"member {name}");
    private JoinedCluster? join;
    private string? damagedFile;

    public string Name => name;

    public string PeerUrl => $"http://{name}:2380";

    public Platter Platter { get; } = new(name, cluster.World.Fork($"disk of {name}"));

    /// <summary>The process that runs, or ran last.</summary>
    public SimProcess? Process { get; private set; }

    /// <summary>The store in it; null while none runs.</summary>
    public EmbeddedStore? Store { get; private set; }

    public bool IsUp => Store is not null;

    /// <summary>It was removed from the cluster, and its place is not taken yet.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Its disk is damaged, and it has said so: nothing starts here before an operator has replaced
    /// it.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>The segments of its log, the oldest first.</summary>
    public IReadOnlyList<string> Segments =>
        [.. Platter.Files(LogFolder).Where(file => file.EndsWith(WalSegment.Extension, StringComparison.Ordinal))];

    /// <summary>Starts a process, unless one runs. What was on the disk decides how it goes on.</summary>
    public void Start()
    {
        if (IsUp || IsRetired || IsDamaged)
            return;
        var skew = cluster.Shape.ClockSkew * ((2 * random.Fraction()) - 1);
        var process = cluster.World.Start(name, new ClockFault(skew, 0));
        process.Crashed += () => Store = Process == process ? null : Store;
        Process = process;
        var failuresBefore = Platter.Faults.Failures;
        try
        {
            Store = Open(process);
        }
        catch (Exception failure) when (failure is IOException)
        {
            var wasTold = !process.IsAlive || Platter.Faults.Failures > failuresBefore;
            IsDamaged = process.IsAlive && IsNamed(failure);
            process.Crash();
            if (wasTold || IsDamaged)
                cluster.World.Trace.Add(TraceKind.Disk, name, $"does not start: {failure.Message}");
            else
                cluster.Report.Violated("restart", $"{name} does not start again: {failure.Message}");
            return;
        }

        var services = new RpcServices();
        Store.MapTo(services);
        cluster.Network.Listen(process, services);
        _ = EndWithStoreAsync(Store, process, failuresBefore);
    }

    /// <summary>Turns bits round on its disk, all in one file, while nothing runs on it; the next start tells what it
    /// makes of that.</summary>
    public void FlipBits(string folder, int bits)
    {
        damagedFile = Platter.FlipBits(folder, bits) ?? damagedFile;
        cluster.World.Trace.Add(TraceKind.Disk, name, $"{bits} bits of {damagedFile} are turned round");
    }

    /// <summary>Takes it out of service, and its disk with it: nothing starts here until <see cref="StartAnew"/>.
    /// </summary>
    public void Retire()
    {
        IsRetired = true;
        IsDamaged = false;
        damagedFile = null;
        Process?.Crash();
        Platter.Replace();
    }

    /// <summary>Begins anew as another member on an empty disk.</summary>
    public void StartAnew(JoinedCluster joined)
    {
        IsRetired = false;
        join = joined;
        Start();
    }

    /// <summary>The damage to its disk is what it does not start for: it names the file, and the place in it.</summary>
    private bool IsNamed(Exception failure) => damagedFile is not null && damagedFile == failure switch
    {
        WalDamagedException damage => $"{LogFolder}/{damage.FileName}",
        SnapshotDamagedException damage => $"{SnapshotFolder}/{Path.GetFileName(damage.FileName)}",
        _ => null,
    };

    private void Sent(Message message)
    {
        cluster.Raft.Sent(message);
        cluster.Succession.Sent(this, message);
        cluster.ChangeSplit.Sent(this, message);
        cluster.LongReign.Sent(message);
    }

    private EmbeddedStore Open(SimProcess process)
    {
        var wal = Platter.Mount(process, LogFolder);
        var snapshots = Platter.Mount(process, SnapshotFolder);
        var environment = new MemberEnvironment
        {
            Disks = MemberDisks.Of(wal, snapshots),
            Transport = identity => new SimPeerTransport(
                cluster.Network, process, new NodeId(identity.MemberId), snapshots, Sent),
            Clock = process.Clock,
            Loops = new SimWorkLoops(process, StepTime),
            Salt = random.Next(),
            Observer = cluster.Raft.Observe(name),
        };
        return EmbeddedStore.OpenIn(OptionsOf(), environment);
    }

    private EmbeddedStoreOptions OptionsOf() => new()
    {
        Name = name,
        DataDirectory = $"/{name}",
        InitialCluster = join is null ? cluster.Founders : [],
        Join = join,
        Peers = new PeerOptions { ListenUrls = [new Uri(PeerUrl)] },
        AdvertisePeerUrls = [PeerUrl],
        AdvertiseClientUrls = [$"http://{name}:2379"],
        HeartbeatInterval = cluster.Shape.Heartbeat,
        ElectionTimeout = cluster.Shape.Election,
        SnapshotBytes = cluster.Shape.SnapshotBytes,
        TrailingEntries = cluster.Shape.Trailing,
        MaxAppendBytes = cluster.Shape.AppendBytes,
        WatchLimits = cluster.Shape.Watches,
        QuotaBytes = cluster.Shape.QuotaBytes,
        Wal = new WalOptions { SegmentSize = cluster.Shape.SegmentSize },
    };

    private TimeSpan StepTime(string loop) => loop == "divvy log"
        ? Platter.SyncTime()
        : random.Exponential(TimeSpan.FromMicroseconds(20));

    /// <summary>A server ends when its store cannot go on, so that whoever watches over it starts it again.</summary>
    private async Task EndWithStoreAsync(EmbeddedStore store, SimProcess process, int failuresBefore)
    {
        var reason = await store.Failed.ConfigureAwait(false);
        if (!process.IsAlive)
            return;
        if (Platter.Faults.Failures > failuresBefore && reason is DiskException)
            cluster.World.Trace.Add(TraceKind.Disk, name, $"ends: {reason.Message}");
        else
            cluster.Report.Violated("stops by itself", $"{name}: {reason}");
        process.Crash();
    }
}
