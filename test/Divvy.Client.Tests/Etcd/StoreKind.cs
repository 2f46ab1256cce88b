namespace Divvy.Client.Tests.Etcd;

/// <summary>The stores that the client's suite runs against.</summary>
public enum StoreKind
{
    /// <summary>A real etcd over HTTP/2.</summary>
    Etcd,

    /// <summary>The embedded store over the in-process channel.</summary>
    Embedded,

    /// <summary>One embedded member with a data folder.</summary>
    Durable,

    /// <summary>Three embedded members with data folders.</summary>
    Members,
}
