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

    /// <summary>Calls that failed because of these.</summary>
    public int Failures { get; set; }

    /// <summary>All works again; what was lost stays lost.</summary>
    public void Heal()
    {
        (IsFull, FailsNextSync, CrashesAfter) = (false, false, null);
        (SyncLatency, SyncJitter) = (TimeSpan.FromMilliseconds(0.5), TimeSpan.FromMilliseconds(0.5));
    }
}
