namespace Divvy.Simulation.Faults;

/// <summary>An instant of a handoff that a fault can wait for.</summary>
internal enum Moment
{
    /// <summary>A move has begun: the next owner prepares.</summary>
    Preparing,

    /// <summary>The next owner is ready, and the owner is to finish.</summary>
    Yielding,

    /// <summary>The next owner has become the owner.</summary>
    Flipped,

    /// <summary>A move was given up.</summary>
    Cancelled,

    /// <summary>Somebody has taken over from an owner that is gone.</summary>
    TakenOver,

    /// <summary>An instance gives its session back.</summary>
    Leaving,
}
