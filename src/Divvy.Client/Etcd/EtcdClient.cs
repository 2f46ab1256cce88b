using System.Runtime.CompilerServices;
using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.Rpc.Etcd;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Client.Etcd;

/// <summary>A client of etcd's v3 API over any channel: HTTP/2 to a cluster, or into the store of this process.
/// Thread-safe. Construction connects to nothing and does not fail for a store that is down.</summary>
public sealed class EtcdClient : IEtcdClient
{
    private readonly EtcdClientOptions options;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly EndpointPool pool;
    private readonly AuthTokens tokens;
    private readonly CallRunner runner;

    /// <exception cref="ArgumentException">The options are wrong; the message lists everything.</exception>
    public EtcdClient(EtcdClientOptions options, TimeProvider? timeProvider = null, ILogger? logger = null)
        : this(options, Open(options), ownsChannels: true, timeProvider, logger)
    {
    }

    private EtcdClient(
        EtcdClientOptions options,
        IEnumerable<IRpcChannel> channels,
        bool ownsChannels,
        TimeProvider? timeProvider,
        ILogger? logger)
    {
        this.options = options;
        this.timeProvider = timeProvider ?? TimeProvider.System;
        this.logger = logger ?? NullLogger.Instance;
        pool = new EndpointPool([.. channels.Select(
            channel => new EtcdConnection(channel, ownsChannels, this.timeProvider))]);
        tokens = new AuthTokens(options.User, options.Password);
        runner = new CallRunner(pool, tokens, options, this.timeProvider, this.logger);
    }

    public IReadOnlyList<string> Endpoints => [.. pool.All.Select(connection => connection.Target)];

    /// <summary>A client over one channel, for example into the store of this process. The channel stays the
    /// caller's.</summary>
    public static EtcdClient InProcess(
        IRpcChannel channel, TimeSpan? timeout = null, TimeProvider? timeProvider = null, ILogger? logger = null)
    {
        var options = new EtcdClientOptions { Endpoints = [new Uri("inproc://store")] };
        options = options with { Timeout = timeout ?? options.Timeout };
        options.Validate();
        return new EtcdClient(options, [channel], ownsChannels: false, timeProvider, logger);
    }

    public async Task<RangeResult> GetAsync(
        EtcdRange range, GetOptions? options = null, CancellationToken cancellationToken = default)
    {
        var operation = $"Get {range}";
        var call = options is { Serializable: true } ? CallShape.LocalRead(operation) : CallShape.Read(operation);
        var request = EtcdMessages.ToRequest(range, options);
        return EtcdMessages.ToResult(
            await UnaryAsync(call, EtcdMethods.Range, request, cancellationToken).ConfigureAwait(false));
    }

    public async Task<long> PutAsync(
        string key, ReadOnlyMemory<byte> value, long lease = 0, CancellationToken cancellationToken = default)
    {
        var response = await UnaryAsync(
            CallShape.Write($"Put {key}"), EtcdMethods.Put, EtcdMessages.ToPut(key, value, lease), cancellationToken)
            .ConfigureAwait(false);
        return EtcdMessages.Revision(response.Header);
    }

    public async Task<DeleteResult> DeleteAsync(
        EtcdRange range, bool previous = false, CancellationToken cancellationToken = default) =>
        EtcdMessages.ToResult(await UnaryAsync(
            CallShape.Write($"Delete {range}"),
            EtcdMethods.DeleteRange,
            EtcdMessages.ToDelete(range, previous),
            cancellationToken).ConfigureAwait(false));

    public async Task<TxnResult> TxnAsync(EtcdTxn txn, CancellationToken cancellationToken = default)
    {
        var request = txn.ToRequest();
        var call = txn.IsReadOnly ? CallShape.Read("Txn (reads only)") : CallShape.Write(Describe(request));
        return EtcdMessages.ToResult(
            await UnaryAsync(call, EtcdMethods.Txn, request, cancellationToken).ConfigureAwait(false));
    }

    public Task CompactAsync(long revision, bool physical = false, CancellationToken cancellationToken = default) =>
        UnaryAsync(
            CallShape.Write($"Compact {revision}"),
            EtcdMethods.Compact,
            new CompactionRequest { Revision = revision, Physical = physical },
            cancellationToken);

    public async Task<LeaseGrant> GrantAsync(
        TimeSpan ttl, long id = 0, CancellationToken cancellationToken = default)
    {
        var request = new LeaseGrantRequest { ID = id, TTL = (long)Math.Ceiling(ttl.TotalSeconds) };
        var response = await UnaryAsync(
            CallShape.Write($"LeaseGrant {ttl}"), EtcdMethods.LeaseGrant, request, cancellationToken)
            .ConfigureAwait(false);
        return new LeaseGrant(
            response.ID, TimeSpan.FromSeconds(response.TTL), EtcdMessages.Revision(response.Header));
    }

    public async Task RevokeAsync(long id, CancellationToken cancellationToken = default)
    {
        try
        {
            await UnaryAsync(
                CallShape.RepeatableWrite($"LeaseRevoke {id:x}"),
                EtcdMethods.LeaseRevoke,
                new LeaseRevokeRequest { ID = id },
                cancellationToken).ConfigureAwait(false);
        }
        catch (EtcdException gone) when (gone.Code == RpcStatusCode.NotFound)
        {
            // Expired, revoked by somebody else, or by an earlier attempt of this call: it is gone, as was wanted.
        }
    }

    public Task<TimeSpan?> KeepAliveOnceAsync(long id, CancellationToken cancellationToken = default) =>
        runner.RunAsync(
            CallShape.RepeatableWrite($"LeaseKeepAlive {id:x}"),
            (connection, call, stop) => connection.Renewals.RenewAsync(id, call, stop),
            cancellationToken);

    public async Task<LeaseInfo?> TimeToLiveAsync(
        long id, bool keys = false, CancellationToken cancellationToken = default)
    {
        var response = await UnaryAsync(
            CallShape.Read($"LeaseTimeToLive {id:x}"),
            EtcdMethods.LeaseTimeToLive,
            new LeaseTimeToLiveRequest { ID = id, Keys = keys },
            cancellationToken).ConfigureAwait(false);
        if (response.TTL < 0)
            return null;
        return new LeaseInfo(
            response.ID,
            TimeSpan.FromSeconds(response.TTL),
            TimeSpan.FromSeconds(response.GrantedTTL),
            [.. response.Keys.Select(key => key.ToStringUtf8())]);
    }

    public async IAsyncEnumerable<WatchBatch> WatchAsync(
        EtcdRange range, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = new WatchReader(range, options, pool, tokens, this.options, timeProvider, logger);
        await using var owned = reader.ConfigureAwait(false);
        while (true)
        {
            var batch = await reader.NextAsync(cancellationToken).ConfigureAwait(false);
            yield return batch;
            if (batch.IsCompacted)
                yield break;
        }
    }

    public async Task<StatusResult> StatusAsync(string? endpoint = null, CancellationToken cancellationToken = default)
    {
        var asked = endpoint is null ? runner : RunnerFor(endpoint);
        var target = "";
        var response = await asked.RunAsync(
            CallShape.LocalRead("Status"),
            (connection, call, stop) =>
            {
                target = connection.Target;
                return connection.Channel.UnaryAsync(EtcdMethods.Status, new StatusRequest(), call, stop);
            },
            cancellationToken).ConfigureAwait(false);
        return EtcdMessages.ToResult(response, target);
    }

    public async Task<IReadOnlyList<MemberInfo>> MembersAsync(CancellationToken cancellationToken = default)
    {
        var response = await UnaryAsync(
            CallShape.LocalRead("MemberList"), EtcdMethods.MemberList, new MemberListRequest(), cancellationToken)
            .ConfigureAwait(false);
        return [.. response.Members.Select(EtcdMessages.ToMember)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in pool.All)
            await connection.DisposeAsync().ConfigureAwait(false);
        tokens.Dispose();
    }

    private static IEnumerable<IRpcChannel> Open(EtcdClientOptions options)
    {
        options.Validate();
        return options.Endpoints.Select(options.Channels ?? (endpoint => new HttpChannel(endpoint, options.Http)));
    }

    private static string Describe(TxnRequest request)
    {
        var write = request.Success.FirstOrDefault(op => op.RequestCase != RequestOp.RequestOneofCase.RequestRange);
        var key = write?.RequestPut?.Key ?? write?.RequestDeleteRange?.Key;
        return $"Txn ({request.Success.Count} operations{(key is null ? "" : $", {key.ToStringUtf8()}")})";
    }

    private CallRunner RunnerFor(string endpoint)
    {
        var connection = pool.All.FirstOrDefault(one => one.Target == endpoint) ?? throw new ArgumentException(
            $"'{endpoint}' is none of the client's endpoints: {string.Join(", ", Endpoints)}", nameof(endpoint));
        return new CallRunner(new EndpointPool([connection]), tokens, options, timeProvider, logger);
    }

    private Task<TResponse> UnaryAsync<TRequest, TResponse>(
        CallShape call, RpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        runner.RunAsync(
            call,
            (connection, rpcOptions, stop) => connection.Channel.UnaryAsync(method, request, rpcOptions, stop),
            cancellationToken);
}
