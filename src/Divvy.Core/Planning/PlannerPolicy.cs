namespace Divvy.Core.Planning;

/// <summary>What a namespace asks of its planner.</summary>
public sealed record PlannerPolicy
{
    /// <summary>The most standbys a shard may have.</summary>
    public const int MaxStandbys = 2;

    /// <summary>How owners are chosen. Default: <see cref="PlacementStrategy.Balanced"/>.</summary>
    public PlacementStrategy Strategy { get; init; } = PlacementStrategy.Balanced;

    /// <summary>Instances kept warm for each shard, 0 to <see cref="MaxStandbys"/>. Default: 0, since each costs
    /// memory.</summary>
    public int Standbys { get; init; }

    /// <summary>Planned moves under way at once, at least 1. Default: 64, half of what one store transaction can carry.
    /// Takeovers and first assignments are outside it: nobody serves those shards.</summary>
    public int MaxMovesInFlight { get; init; } = 64;

    /// <summary>Planned moves under way at once that one instance takes part in, as source or destination, at least 1.
    /// Default: 16, so that a drain overlaps its store round trips and the instance still mostly serves.</summary>
    public int MaxMovesPerInstance { get; init; } = 16;

    /// <summary>Consistent hashing: how far above its share an instance may be filled, more than 0. Default: 0.25
    /// (Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads").</summary>
    public double LoadBoundEpsilon { get; init; } = 0.25;

    /// <summary>Consistent hashing: virtual nodes of an instance of average capacity, 1 to 1000. Default:
    /// 100.</summary>
    public int VirtualNodes { get; init; } = 100;

    /// <summary>Checks the ranges above.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Standbys);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Standbys, MaxStandbys);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMovesInFlight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMovesPerInstance, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(VirtualNodes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(VirtualNodes, 1000);
        if (!(LoadBoundEpsilon > 0) || double.IsInfinity(LoadBoundEpsilon))
        {
            throw new ArgumentOutOfRangeException(nameof(LoadBoundEpsilon), "The epsilon must be above 0.");
        }
    }
}
