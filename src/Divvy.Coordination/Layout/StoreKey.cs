namespace Divvy.Coordination.Layout;

/// <summary>A key of the store, taken apart.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Namespace">The namespace it belongs to.</param>
/// <param name="Name">The instance, shard, lease or event; empty for a namespace's configuration.</param>
public readonly record struct StoreKey(StoreKeyKind Kind, string Namespace, string Name)
{
    public static readonly StoreKey Unknown = new(StoreKeyKind.Unknown, "", "");
}
