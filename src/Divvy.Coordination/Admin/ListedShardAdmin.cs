using System.Collections.Immutable;
using Divvy.Coordination.Listing;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Rpc;

namespace Divvy.Coordination.Admin;

/// <summary>What operators do with the shards of listed namespaces: applications add and finish them by the same
/// rules.</summary>
internal sealed class ListedShardAdmin(AdminServices services)
{
    /// <exception cref="AdminException">400: bad names; 404: no such namespace; 409: it is not listed.</exception>
    public async Task<ShardsAdded> AddAsync(string name, ShardsAdd request, CancellationToken cancellationToken)
    {
        services.Find(name);
        var asked = request.Shards ?? [];
        if (asked.Count == 0)
            throw AdminException.BadRequest("the body must name the shards: {\"shards\":[{\"id\":\"...\"}]}");
        try
        {
            var additions = ListingRequests.Checked([.. asked.Select(Read)]);
            var result = await services.Listed.AddAsync(name, additions, cancellationToken).ConfigureAwait(false);
            await services.SeeAsync(result.Revision, cancellationToken).ConfigureAwait(false);
            return new ShardsAdded
            {
                Shards = [.. asked.Zip(result.Outcomes, (shard, outcome) =>
                    new ShardAdded(shard.Id!, NamespaceSettings.ToWord(outcome)))],
            };
        }
        catch (RpcException refusal)
        {
            throw Translate(refusal);
        }
    }

    /// <summary>What an application would be told, in the words of this API.</summary>
    private static AdminException Translate(RpcException refusal) => refusal.Code switch
    {
        RpcStatusCode.InvalidArgument => AdminException.BadRequest(refusal.Detail),
        RpcStatusCode.NotFound => AdminException.NotFound(refusal.Detail),
        _ => AdminException.Conflict(refusal.Detail),
    };

    private static ShardAddition Read(ShardAdd shard)
    {
        var range = HashRange.Full;
        if (shard.Range is { } text && !HashRange.TryParse(text, out range))
        {
            throw AdminException.BadRequest(
                $"the range '{text}' of shard '{shard.Id}' is not two hexadecimal numbers, start-end");
        }
        return new ShardAddition(
            new ShardId(shard.Id ?? ""),
            range,
            (shard.Parents ?? []).Select(parent => new ShardId(parent)).ToImmutableArray(),
            default);
    }
}
