using Divvy.Client.Servers;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;
using Google.Protobuf;

namespace Divvy.Client.Listing;

/// <summary>Adds, reads and finishes the shards of one listed namespace, and keeps their states. Thread-safe.</summary>
/// <remarks>A listed namespace has the shards that were added to it by name. A
/// <see cref="Hosting.ShardHost"/> gets them as it gets any; this client is for what is decided at run time: which
/// shards there are, when one is finished, how far the work on one is. Every call is tried at one server after the
/// other until its time is over. All may be repeated, so a lost answer does no harm.</remarks>
public sealed class ListedShardClient
{
    private readonly string space;
    private readonly ServerChannels servers;
    private readonly ListedShardClientOptions options;
    private readonly TimeProvider time;
    private readonly Random dice;
    private int preferred;

    /// <param name="space">The namespace.</param>
    /// <param name="servers">Shared, not disposed by the client.</param>
    /// <param name="options">The defaults when null.</param>
    /// <param name="time">The clock of timeouts and pauses; the system's when null.</param>
    /// <param name="dice">Where the jitter of pauses comes from; the system's when null.</param>
    /// <exception cref="ArgumentException">The namespace is no name, or a time is not above 0.</exception>
    public ListedShardClient(
        string space,
        ServerChannels servers,
        ListedShardClientOptions? options = null,
        TimeProvider? time = null,
        Random? dice = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(servers);
        if (!Names.IsName(space))
            throw new ArgumentException($"the namespace '{space}' is not {Names.Rule}", nameof(space));
        this.space = space;
        this.servers = servers;
        this.options = options ?? new ListedShardClientOptions();
        this.options.Validate();
        this.time = time ?? TimeProvider.System;
        this.dice = dice ?? Random.Shared;
    }

    /// <summary>Adds shards. One that is there stays as it is, and so does one that is finished: a name is used once,
    /// until it is forgotten.</summary>
    /// <param name="shards">At most 10,000, each named once.</param>
    /// <param name="create">Not null: the namespace is created unless it exists.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What became of each, in their order.</returns>
    /// <exception cref="ListedShardException">A server refused, or none answered in time.</exception>
    public async Task<IReadOnlyList<AdditionOutcome>> AddAsync(
        IReadOnlyList<NewShard> shards, NewNamespace? create = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shards);
        var request = new AddShardsRequest { Namespace = space };
        request.Shards.AddRange(shards.Select(shard => shard.ToMessage()));
        if (create is not null)
        {
            request.Create = new NamespaceCreation
            {
                SessionTtlMs = (long)(create.SessionTtl?.TotalMilliseconds ?? 0),
            };
        }
        var response = await CallAsync("add shards", ShardingMethods.AddShards, request, cancellationToken)
            .ConfigureAwait(false);
        return [.. response.Outcomes.Select(outcome => outcome switch
        {
            ShardAdditionOutcome.ShardAdditionAdded => AdditionOutcome.Added,
            ShardAdditionOutcome.ShardAdditionExists => AdditionOutcome.Exists,
            _ => AdditionOutcome.Finished,
        })];
    }

    /// <summary>All shards with their states, as of one revision of the store, finished ones too.</summary>
    /// <exception cref="ListedShardException">A server refused, or none answered in time.</exception>
    public Task<ShardList> ReadAllAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(new ReadShardsRequest { Namespace = space, All = true }, cancellationToken);

    /// <summary>One shard with its state; null: it was never there, or is forgotten.</summary>
    /// <exception cref="ListedShardException">A server refused, or none answered in time.</exception>
    public async Task<ShardInfo?> ReadAsync(ShardId shard, CancellationToken cancellationToken = default)
    {
        var list = await ReadAsync(
            new ReadShardsRequest { Namespace = space, Shards = { shard.Value } }, cancellationToken)
            .ConfigureAwait(false);
        return list.Shards.Count > 0 ? list.Shards[0] : null;
    }

    /// <summary>The instances that live, in order, as the server that is asked knows them.</summary>
    /// <exception cref="ListedShardException">A server refused, or none answered in time.</exception>
    public async Task<IReadOnlyList<InstanceId>> InstancesAsync(CancellationToken cancellationToken = default) =>
        (await ReadAsync(new ReadShardsRequest { Namespace = space }, cancellationToken).ConfigureAwait(false))
            .Instances;

    /// <summary>Replaces a shard's state, which only its owner may do.</summary>
    /// <param name="owner">Who writes: the instance and its session.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="generation">The generation in which the writer owns it.</param>
    /// <param name="state">At most 16 KiB.</param>
    /// <param name="replaced">Revision of the state that is replaced; 0: there is none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ListedShardException">A server refused the call as such, or none answered in time: nothing is
    /// known about the write then.</exception>
    public async Task<StateWrite> WriteStateAsync(
        SessionRef owner,
        ShardId shard,
        Generation generation,
        ReadOnlyMemory<byte> state,
        long replaced,
        CancellationToken cancellationToken = default)
    {
        var request = Request(owner, shard, generation, state, replaced);
        var response = await CallAsync(
            $"write the state of shard {shard}", ShardingMethods.WriteShardState, request, cancellationToken)
            .ConfigureAwait(false);
        var write = StateWrite.From(response);
        // What is there instead may be what an attempt wrote whose answer was lost.
        return write.Outcome == StateWriteOutcome.Changed && write.Present.Span.SequenceEqual(state.Span)
            ? write with { Outcome = StateWriteOutcome.Written }
            : write;
    }

    /// <summary>The owner has done all there was to do: the shard goes and takes no place any more, its name stays
    /// used,
    /// its last state stays. The children are added in the same transaction.</summary>
    /// <exception cref="ListedShardException">A server refused the call as such, or none answered in time: nothing is
    /// known about the shard then.</exception>
    public async Task<StateWrite> FinishAsync(
        SessionRef owner,
        ShardId shard,
        Generation generation,
        ReadOnlyMemory<byte> state,
        long replaced,
        IReadOnlyList<NewShard> children,
        CancellationToken cancellationToken = default)
    {
        var request = new FinishShardRequest { Last = Request(owner, shard, generation, state, replaced) };
        request.Children.AddRange(children.Select(child => child.ToMessage()));
        var response = await CallAsync($"finish shard {shard}", ShardingMethods.FinishShard, request, cancellationToken)
            .ConfigureAwait(false);
        return StateWrite.From(response);
    }

    /// <summary>Removes what is left of finished shards, each if its state is still the one that is named. Their names
    /// can be used again.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="ListedShardException">A server refused, or none answered in time.</exception>
    public async Task<int> ForgetAsync(IEnumerable<ShardInfo> shards, CancellationToken cancellationToken = default)
    {
        const int MaxPerCall = 60;
        var forgotten = 0;
        foreach (var some in shards.Chunk(MaxPerCall))
        {
            var request = new ForgetShardsRequest { Namespace = space };
            request.Shards.AddRange(some.Select(
                shard => new ForgottenShard { Shard = shard.Shard.Value, StateRevision = shard.StateRevision }));
            var response = await CallAsync("forget shards", ShardingMethods.ForgetShards, request, cancellationToken)
                .ConfigureAwait(false);
            forgotten += response.Forgotten;
        }
        return forgotten;
    }

    private async Task<ShardList> ReadAsync(ReadShardsRequest request, CancellationToken cancellationToken)
    {
        var response = await CallAsync("read shards", ShardingMethods.ReadShards, request, cancellationToken)
            .ConfigureAwait(false);
        return new ShardList(
            new Revision(response.Revision),
            [.. response.Shards.Select(ShardInfo.From)],
            [.. response.Instances.Select(instance => new InstanceId(instance))]);
    }

    private WriteShardStateRequest Request(
        SessionRef owner, ShardId shard, Generation generation, ReadOnlyMemory<byte> state, long replaced) => new()
        {
            Namespace = space,
            Instance = owner.Instance.Value,
            Session = owner.Session.Value,
            Shard = shard.Value,
            Generation = generation.Value,
            State = UnsafeByteOperations.UnsafeWrap(state),
            StateRevision = replaced,
        };

    /// <summary>Tries the servers one after the other, beginning with the one that answered last.</summary>
    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        string what,
        RpcMethod<TRequest, TResponse> method,
        TRequest request,
        CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        using var late = new CancellationTokenSource(options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var call = new RpcCallOptions { Timeout = options.ServerTimeout };
        RpcException? last = null;
        for (var failures = 0; ; failures++)
        {
            var chosen = Volatile.Read(ref preferred);
            try
            {
                return await servers[chosen % servers.Count].UnaryAsync(method, request, call, both.Token)
                    .ConfigureAwait(false);
            }
            catch (RpcException failure) when (MayBeTriedAgain(failure.Code))
            {
                last = failure;
                Interlocked.CompareExchange(ref preferred, (chosen + 1) % servers.Count, chosen);
            }
            catch (RpcException refusal)
            {
                throw new ListedShardException($"cannot {what} in namespace {space}: {refusal.Detail}", refusal);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw Unanswered(what, last);
            }
            await PauseAsync(failures, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (late.IsCancellationRequested)
                throw Unanswered(what, last);
        }
    }

    private Task PauseAsync(int failures, CancellationToken cancellationToken)
    {
        // Another server may be well: there is no pause before each was tried.
        var round = (failures + 1) / servers.Count;
        var pause = (failures + 1) % servers.Count != 0
            ? TimeSpan.Zero
            : Etcd.RetryBackoff.Pause(round, options.RetryMin, options.RetryMax, dice.NextDouble());
        return Task.Delay(pause, time, cancellationToken);
    }

    private ListedShardException Unanswered(string what, RpcException? last) => new(
        $"could not {what} in namespace {space}: no server did it within {options.Timeout.TotalSeconds:0.#} s;"
            + $" last: {last?.Message ?? "nothing was answered"}",
        last);

    private static bool MayBeTriedAgain(RpcStatusCode code) => code is RpcStatusCode.Unavailable
        or RpcStatusCode.DeadlineExceeded or RpcStatusCode.Aborted or RpcStatusCode.Cancelled
        or RpcStatusCode.Unknown or RpcStatusCode.Internal;
}
