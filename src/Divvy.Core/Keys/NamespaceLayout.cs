namespace Divvy.Core.Keys;

/// <summary>How a namespace comes by its shards. Never changes during a namespace's life.</summary>
public enum NamespaceLayout
{
    /// <summary>A number of equal ranges of the key space (<see cref="FixedLayout"/>): they are always there, and a key
    /// leads to its shard.</summary>
    Fixed,

    /// <summary>Shards are added and finished by name at run time. A key leads to none of them; ranges they may carry
    /// are for people.</summary>
    Listed,
}
