namespace Divvy.Simulation.Faults;

/// <summary>Who takes part in a handoff.</summary>
internal enum Part
{
    /// <summary>The owner, as it was before.</summary>
    Owner,

    /// <summary>Who is to be the owner, or has become it.</summary>
    Next,

    /// <summary>The server by which the owner registered.</summary>
    ServerOfOwner,

    /// <summary>The server by which the next owner registered.</summary>
    ServerOfNext,

    /// <summary>The member that leads the store.</summary>
    StoreLeader,
}
