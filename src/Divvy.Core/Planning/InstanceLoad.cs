using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>What a plan means for one instance. A shard on the move counts where it goes.</summary>
/// <param name="Session">The instance.</param>
/// <param name="Status">What it may be given.</param>
/// <param name="Zone">Where it runs.</param>
/// <param name="Capacity">Its capacity as it counts.</param>
/// <param name="Before">Shards it holds before the plan.</param>
/// <param name="After">Shards it holds once the plan is carried out.</param>
/// <param name="Target">Shards it is to hold once nothing is deferred any more.</param>
/// <param name="Standbys">Shards it is a standby of once the plan is carried out.</param>
/// <param name="InFlight">Moves under way that it takes part in once the plan's moves have begun.</param>
public sealed record InstanceLoad(
    SessionRef Session,
    InstanceStatus Status,
    string Zone,
    double Capacity,
    int Before,
    int After,
    int Target,
    int Standbys,
    int InFlight);
