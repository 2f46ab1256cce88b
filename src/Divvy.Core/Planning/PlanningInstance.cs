using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>A live instance. One whose session is gone is not among the planner's input.</summary>
/// <param name="Session">Who it is.</param>
/// <param name="Capacity">Its share of the shards, relative to the others'. Not above 0: it takes no shards.</param>
/// <param name="Zone">Where it runs: standbys prefer another zone than the owner's. May be empty.</param>
/// <param name="Status">What it may be given.</param>
public sealed record PlanningInstance(SessionRef Session, double Capacity, string Zone, InstanceStatus Status)
{
    /// <summary>The most that counts of a capacity, so that sums stay finite.</summary>
    public const double MaxCapacity = 1e9;

    /// <summary>The capacity as it counts: 0 to <see cref="MaxCapacity"/>, 0 for what is not a number.</summary>
    public double Weight => Capacity > 0 ? Math.Min(Capacity, MaxCapacity) : 0;

    /// <summary>Whether it may be given a shard that it does not have.</summary>
    public bool Accepts => Status == InstanceStatus.Active && Weight > 0;
}
