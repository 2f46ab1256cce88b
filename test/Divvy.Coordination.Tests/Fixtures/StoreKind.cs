namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>The stores that the suite runs against.</summary>
public enum StoreKind
{
    /// <summary>A real etcd over HTTP/2.</summary>
    Etcd,

    /// <summary>The embedded store in memory, over the in-process channel.</summary>
    Embedded,

    /// <summary>One embedded member with a data folder.</summary>
    Durable,

    /// <summary>Three embedded members with data folders, each server of the test starting at another.</summary>
    Members,
}
