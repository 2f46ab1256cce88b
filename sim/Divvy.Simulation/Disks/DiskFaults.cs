namespace Divvy.Simulation.Disks;

/// <summary>What is wrong with a platter. Set and ended by the plan of faults.</summary>
internal sealed class DiskFaults
{
    /// <summary>The least time that a synchronisation takes.</summary>
    public TimeSpan SyncLatency { get; set; } = TimeSpan.FromMilliseconds(0.5);

    /// <summary>Mean of what comes on top of that.</summary>
    public TimeSpan SyncJitter { get; set; } = TimeSpan.FromMilliseconds(0.5);

    /// <summary>There is no room: writing beyond what a file has, and making files, fails (ENOSPC).</summary>
    public bool IsFull { get; set; }

    /// <summary>The next synchronisation of a file fails (EIO), once. What it should have kept is lost at the next
    /// crash, whatever later synchronisations say: the kernel has dropped those pages.</summary>
    public bool FailsNextSync { get; set; }

    /// <summary>So many more calls that change something succeed; in the one after them the process crashes, which
    /// is done in part. Null: never.</summary>
    public int? CrashesAfter { get; set; }

    /// <summary>The folder of which the next write that spans several sectors is torn: the process dies after it, and
    /// any of them may have made it. Null: none.</summary>
    public string? TornFolder { get; set; }

    /// <summary>Calls that failed because of these.</summary>
    public int Failures { get; set; }

    /// <summary>All works again; what was lost stays lost.</summary>
    public void Heal()
    {
        (IsFull, FailsNextSync, CrashesAfter, TornFolder) = (false, false, null, null);
        (SyncLatency, SyncJitter) = (TimeSpan.FromMilliseconds(0.5), TimeSpan.FromMilliseconds(0.5));
    }
}
