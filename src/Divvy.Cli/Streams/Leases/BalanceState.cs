namespace Divvy.Cli.Streams.Leases;

/// <summary>How far the most and the least loaded worker differ.</summary>
internal enum BalanceState
{
    /// <summary>By at most one lease: no move could make it better.</summary>
    Balanced,

    /// <summary>By two to nine.</summary>
    Rebalancing,

    /// <summary>By ten or more.</summary>
    Significant,
}
