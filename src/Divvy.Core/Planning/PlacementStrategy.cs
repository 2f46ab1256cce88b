namespace Divvy.Core.Planning;

/// <summary>How owners are chosen.</summary>
public enum PlacementStrategy
{
    /// <summary>Each instance holds its share of the shards by capacity, reached and kept with the fewest
    /// moves.</summary>
    Balanced,

    /// <summary>Weighted highest random weight: a shard's owner depends on nothing but who is there. Loads differ by
    /// chance.</summary>
    Rendezvous,

    /// <summary>A ring of virtual nodes with bounded loads: no instance above (1 + epsilon) of its share.</summary>
    ConsistentHashBounded,
}
