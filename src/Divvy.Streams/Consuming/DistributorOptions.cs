namespace Divvy.Streams.Consuming;

/// <summary>The distributor, when it assigns the leases.</summary>
public sealed class DistributorOptions
{
    /// <summary>Its servers, any of which will do; at least one.</summary>
    public IList<Uri> Servers { get; set; } = [];

    /// <summary>After how long without a sign a worker's leases are taken, for a namespace that is created. Default
    /// null: what the servers say.</summary>
    public TimeSpan? LeaseDuration { get; set; }

    /// <summary>How much this worker can carry relative to the others; above 0. Default 1.</summary>
    public double Capacity { get; set; } = 1;
}
