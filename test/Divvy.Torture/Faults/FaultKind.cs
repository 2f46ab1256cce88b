namespace Divvy.Torture.Faults;

/// <summary>What happens to the victims of a round; each ends with a SIGKILL or a panic.</summary>
public enum FaultKind
{
    Kill,

    /// <summary>Killed again while it starts.</summary>
    KillTwice,
    KillDuringDefragmentation,
    KillDuringCompaction,
    KillDuringSnapshot,

    /// <summary>Stopped for a while (SIGSTOP), so that others take over, and killed soon after it goes on.</summary>
    PauseThenKill,
    PanicAtFailpoint,
}
