using Divvy.Core.Identity;

namespace Divvy.Client.AspNetCore;

/// <summary>The shard a request runs in; in <c>HttpContext.Features</c> and by
/// <see cref="ShardHttpContextExtensions.GetShard"/>.</summary>
public interface IShardFeature
{
    /// <summary>The shard.</summary>
    ShardId Shard { get; }

    /// <summary>The fencing token: goes with everything the request writes elsewhere.</summary>
    Generation Generation { get; }

    /// <summary>Cancelled when the shard is lost while the request runs. Its answer is then withheld.</summary>
    CancellationToken OwnershipEnded { get; }
}
