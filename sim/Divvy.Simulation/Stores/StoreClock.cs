namespace Divvy.Simulation.Stores;

/// <summary>What leases may count on.</summary>
internal static class StoreClock
{
    /// <summary>How much faster or slower than true time a clock runs at most.</summary>
    public const double MaxDrift = 0.05;
}
