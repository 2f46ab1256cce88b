using Divvy.Client.Etcd;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Telemetry;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;
using Google.Protobuf;

namespace Divvy.Coordination.Listing;

/// <summary>The calls of applications about listed shards: checks what they say, and puts what comes of it into the
/// wire's words.</summary>
internal sealed class ListingService(
    ListedShards shards, NamespaceAdmin namespaces, StoreMirror mirror, CoordinationMetrics metrics, string server)
{
    public ValueTask<AddShardsResponse> AddAsync(AddShardsRequest request, RpcServerContext context) =>
        AnswerAsync("add shards", async () =>
        {
            var additions = ListingRequests.Read(request.Shards);
            if (request.Create is { } creation)
                await CreateAsync(request.Namespace, creation, context.CancellationToken).ConfigureAwait(false);
            var result = await shards.AddAsync(request.Namespace, additions, context.CancellationToken)
                .ConfigureAwait(false);
            var response = new AddShardsResponse { Revision = result.Revision };
            response.Outcomes.AddRange(result.Outcomes.Select(ToMessage));
            return response;
        });

    public ValueTask<ReadShardsResponse> ReadAsync(ReadShardsRequest request, RpcServerContext context) =>
        AnswerAsync("read shards", async () =>
        {
            ListingRequests.CheckCount(request.Shards.Count, ListingRequests.MaxShardsRead, "read");
            var response = new ReadShardsResponse();
            if (request.All || request.Shards.Count > 0)
            {
                ShardId[]? named = request.All ? null : [.. request.Shards.Select(name => new ShardId(name))];
                var read = await shards.ReadAsync(request.Namespace, named, context.CancellationToken)
                    .ConfigureAwait(false);
                response.Revision = read.Revision;
                response.Shards.AddRange(read.Shards.Select(ToMessage));
            }
            var space = mirror.Current.Get(request.Namespace);
            response.Instances.AddRange(space.Instances.Keys.Select(instance => instance.Value));
            return response;
        });

    public ValueTask<WriteShardStateResponse> WriteAsync(WriteShardStateRequest request, RpcServerContext context) =>
        AnswerAsync("write a shard's state", async () =>
            ToMessage(await shards.WriteAsync(
                request.Namespace, ListingRequests.Read(request), context.CancellationToken).ConfigureAwait(false)));

    public ValueTask<WriteShardStateResponse> FinishAsync(FinishShardRequest request, RpcServerContext context) =>
        AnswerAsync("finish a shard", async () =>
        {
            var last = request.Last ?? throw ListingRequests.Refuse("it says neither who finishes nor which shard");
            ListingRequests.CheckCount(request.Children.Count, ListingRequests.MaxChildren, "add as children");
            return ToMessage(await shards.FinishAsync(
                last.Namespace, ListingRequests.Read(last), ListingRequests.Read(request.Children),
                context.CancellationToken).ConfigureAwait(false));
        });

    public ValueTask<ForgetShardsResponse> ForgetAsync(ForgetShardsRequest request, RpcServerContext context) =>
        AnswerAsync("forget shards", async () =>
        {
            ListingRequests.CheckCount(request.Shards.Count, ListingRequests.MaxShardsRead, "forget");
            var forgotten = await shards.ForgetAsync(
                request.Namespace,
                [.. request.Shards.Select(shard => (new ShardId(shard.Shard), shard.StateRevision))],
                context.CancellationToken).ConfigureAwait(false);
            return new ForgetShardsResponse { Forgotten = forgotten };
        });

    private async Task CreateAsync(string name, NamespaceCreation creation, CancellationToken cancellationToken)
    {
        if (!StoreLayout.IsName(name))
            throw ListingRequests.Refuse($"the namespace '{name}' is not a name");
        var ttl = creation.SessionTtlMs;
        if (ttl != 0 && (ttl < CoordinationOptions.ShortestTtl.TotalMilliseconds
            || ttl > CoordinationOptions.LongestTtl.TotalMilliseconds))
            throw ListingRequests.Refuse($"the session TTL {ttl} ms is not 1 s to 1 h");
        var config = NamespaceConfig.Listed with { SessionTtlMs = ttl == 0 ? null : (int)ttl };
        await namespaces.EnsureAsync(name, config, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<T> AnswerAsync<T>(string what, Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (EtcdException failure)
        {
            metrics.StoreError(what);
            throw new RpcException(
                RpcStatusCode.Unavailable,
                $"server {server} could not {what}, its store did not answer: {failure.Message}", inner: failure);
        }
    }

    private static ShardAdditionOutcome ToMessage(AdditionOutcome outcome) => outcome switch
    {
        AdditionOutcome.Added => ShardAdditionOutcome.ShardAdditionAdded,
        AdditionOutcome.Exists => ShardAdditionOutcome.ShardAdditionExists,
        _ => ShardAdditionOutcome.ShardAdditionFinished,
    };

    private static ListedShard ToMessage(ListedShardView view)
    {
        var message = new ListedShard { Shard = view.Shard.Value, Finished = !view.Exists };
        if (view.State is { } state)
        {
            message.State = UnsafeByteOperations.UnsafeWrap(state.Value);
            message.StateRevision = state.ModRevision;
        }
        if (view.Record is not { Record: var record })
            return message;
        message.Parents.AddRange(record.Parents.Select(parent => parent.Value));
        message.Owner = record.Owner?.Instance.Value ?? "";
        message.Next = record.Next?.Instance.Value ?? "";
        message.Generation = record.Generation.Value;
        return message;
    }

    private static WriteShardStateResponse ToMessage(StateWriteResult result)
    {
        if (result.Revision is { } revision)
        {
            return new WriteShardStateResponse
            {
                Outcome = ShardStateOutcome.ShardStateWritten,
                StateRevision = revision,
            };
        }
        if (result.Refusal is { } why)
            return new WriteShardStateResponse { Outcome = ShardStateOutcome.ShardStateRefused, Reason = why };
        return new WriteShardStateResponse
        {
            Outcome = ShardStateOutcome.ShardStateChanged,
            StateRevision = result.Present?.ModRevision ?? 0,
            State = UnsafeByteOperations.UnsafeWrap(result.Present?.Value ?? default),
        };
    }
}
