namespace Divvy.Client.Tests.Etcd;

/// <summary>The stores that the client's suite runs against.</summary>
public enum StoreKind
{
    Etcd,
}
