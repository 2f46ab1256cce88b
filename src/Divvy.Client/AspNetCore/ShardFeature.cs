using Divvy.Client.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Client.AspNetCore;

/// <summary>What a request that was let in may know.</summary>
internal sealed class ShardFeature(ShardAdmission admission) : IShardFeature
{
    public ShardId Shard => admission.Shard;

    public Generation Generation => admission.Generation;

    public CancellationToken OwnershipEnded => admission.OwnershipEnded;
}
