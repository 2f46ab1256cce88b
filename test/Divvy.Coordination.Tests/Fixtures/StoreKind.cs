namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>The stores that the suite runs against.</summary>
public enum StoreKind
{
    Etcd,
    Embedded,
}
