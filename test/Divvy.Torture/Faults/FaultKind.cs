namespace Divvy.Torture.Faults;

/// <summary>What happens to the victims of a round.</summary>
public enum FaultKind
{
    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>Killed again while it starts.</summary>
    KillTwice,
    KillDuringDefragmentation,
    KillDuringCompaction,
    KillDuringSnapshot,

    /// <summary>Stopped for a while (SIGSTOP), so that others take over, and killed soon after it goes on.</summary>
    PauseThenKill,
    PanicAtFailpoint,

    /// <summary>Stopped for a while (SIGSTOP), and goes on (SIGCONT) as if nothing had been.</summary>
    Pause,

    /// <summary>Cut off from all other members, both ways; clients reach it.</summary>
    Isolate,

    /// <summary>Nothing that it sends reaches the other members; it hears them.</summary>
    Mute,

    /// <summary>It hears nothing from the other members; they hear it.</summary>
    Deafen,

    /// <summary>It and one other member are cut off from each other; the rest reach both.</summary>
    CutOneLink,

    /// <summary>Writing clients do not reach it; members do.</summary>
    CutClients,
}
