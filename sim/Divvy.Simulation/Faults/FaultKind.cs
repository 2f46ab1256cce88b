namespace Divvy.Simulation.Faults;

/// <summary>What goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>A process dies where it stands and is started again when the fault ends.</summary>
    Crash,

    /// <summary>All processes of a group die at one instant: a power cut.</summary>
    PowerCut,

    /// <summary>A process stands still and does not know it.</summary>
    Pause,

    /// <summary>One host hears nobody and nobody hears it.</summary>
    Isolate,

    /// <summary>The hosts fall into two halves that do not hear each other.</summary>
    Split,

    /// <summary>One host's packets to another one are lost, while those back arrive.</summary>
    OneWay,

    /// <summary>Two hosts do not hear each other, while both hear all others.</summary>
    Cut,

    /// <summary>Packets are lost, doubled, delayed and overtaken everywhere.</summary>
    BadNetwork,

    /// <summary>A link's packets wait and arrive all at once when it ends.</summary>
    Clog,

    /// <summary>A process's clock runs fast or slow.</summary>
    Drift,

    /// <summary>A disk takes long to make something durable.</summary>
    SlowDisk,

    /// <summary>A disk is full.</summary>
    FullDisk,

    /// <summary>The next synchronisation of a disk fails; its process dies of it and is started again.</summary>
    SyncFails,

    /// <summary>A process dies inside one of its next calls to the disk, between two writes.</summary>
    CrashInDisk,

    /// <summary>Whoever leads stands still.</summary>
    PauseLeader,

    /// <summary>One leader after the other is struck right after its election, or a few messages later.</summary>
    Succession,

    /// <summary>A process dies in one call to its disk after the other, and starts again each time at once.</summary>
    CrashLoop,

    /// <summary>A process dies in a write to its log of which some sectors are kept, and again soon after it has started,
    /// while what is left of that write lies behind the end.</summary>
    TornWrites,

    /// <summary>Bits on the disk of one process turn round while it is down. It may not start again then, and is
    /// replaced.</summary>
    FlippedBits,

    /// <summary>Whoever leads sleeps through the election of its successor, and wakes up where clients hear it and the
    /// others do not.</summary>
    Relic,

    /// <summary>Two members are replaced at once, and those who know of the first change are parted from the
    /// others.</summary>
    ChangeSplit,

    /// <summary>All members die at one instant, when a leader has led for so long that none has a segment of its log
    /// left from the leader's election.</summary>
    LongReign,

    /// <summary>A client dies; another one takes its place when the fault ends.</summary>
    KillClient,

    /// <summary>A service refuses calls for load.</summary>
    Throttle,

    /// <summary>One host hears nobody, while everybody hears it.</summary>
    Deaf,

    /// <summary>A server does not hear the member of the store that it watches. Its calls go to another one after a
    /// while; what it knows stays behind.</summary>
    Behind,

    /// <summary>The connections between two hosts are reset.</summary>
    Tear,

    /// <summary>A server reaches no member of the store, while instances and routers reach it.</summary>
    Severed,

    /// <summary>An instance has no time to hand its shards over: it gives them up, and its session, and starts again
    /// when the fault ends.</summary>
    Quit,

    /// <summary>An instance stands still for about as long as its session lives without it.</summary>
    Oversleep,

    /// <summary>What an instance that leaves says last is late: its server stands still until a successor under the
    /// same id may have come.</summary>
    LateGoodbye,

    /// <summary>A server hears of no change, while its calls go through; whose shards are moved meanwhile loses its
    /// server, and may come to this one.</summary>
    StaleServer,

    /// <summary>Who has just become an owner quits, before the former one has heard that it came.</summary>
    GoneAgain,

    /// <summary>The server that plans stands still between its decision and its commit, until another one may lead, and
    /// goes on then; what operators say meanwhile has the other one plan something else.</summary>
    OldController,
}
