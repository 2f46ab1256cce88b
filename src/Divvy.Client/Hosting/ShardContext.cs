using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Client.Hosting;

/// <summary>The shard a handler call is about. Immutable.</summary>
public sealed class ShardContext
{
    internal ShardContext()
    {
    }

    public required string Namespace { get; init; }

    public required ShardId Shard { get; init; }

    /// <summary>The keys of the shard.</summary>
    public required HashRange Range { get; init; }

    /// <summary>The fencing token, from <see cref="IShardHandler.AddAsync"/> on: it goes with everything that is
    /// written for the shard. While preparing it is still the present owner's.</summary>
    public required Generation Generation { get; init; }

    /// <summary>1, and more for a repeated try after a failure.</summary>
    public required int Attempt { get; init; }

    /// <summary>Why the shard comes or goes, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>Cancelled when the shard is no longer this instance's business: it was given away, its preparation was
    /// called off, or the session's time ran out. The same token from the preparation on to the end.</summary>
    public required CancellationToken OwnershipEnded { get; init; }

    public override string ToString() => $"{Namespace}/{Shard} generation {Generation}";
}
