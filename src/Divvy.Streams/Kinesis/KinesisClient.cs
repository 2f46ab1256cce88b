using System.Globalization;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis.Calls;
using Divvy.Streams.Kinesis.FanOut;
using Divvy.Streams.Kinesis.Wire;

namespace Divvy.Streams.Kinesis;

/// <summary>The Kinesis API over HTTP: JSON 1.1, signed with Signature Version 4, on a pool of connections.</summary>
/// <remarks>Works with the service and with kinesalite, whose differences it tolerates: GetRecords names no children,
/// void calls answer with nothing, error types come with and without a namespace, some requests are never answered.
/// </remarks>
public sealed class KinesisClient : IKinesisClient
{
    private const int MaxListPages = 1000;
    private const int ListPageSize = 1000;

    /// <summary>10 MB of data as Base64, in JSON: what an answer of unknown length may be.</summary>
    private const long LargestAnswer = 16L << 20;

    private readonly ServiceCaller caller;
    private readonly KinesisClientOptions options;
    private readonly BatchPut batchPut;

    /// <exception cref="ArgumentException">The options are out of range, or name neither an endpoint nor a region.
    /// </exception>
    public KinesisClient(KinesisClientOptions options)
    {
        options.Validate();
        this.options = options;
        caller = new ServiceCaller(options);
        batchPut = new BatchPut(caller, options.TimeProvider);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StreamShard>> ListShardsAsync(
        string stream, CancellationToken cancellationToken)
    {
        var subject = new CallSubject("ListShards", stream);
        var shards = new List<StreamShard>();
        string? next = null;
        for (var page = 0; page < MaxListPages; page++)
        {
            // The service refuses a name beside a token.
            var call = new ListShardsCall(next is null ? stream : null, next, ListPageSize);
            var answer = await caller.CallAsync(
                subject, call, WireJson.Default.ListShardsCall, WireJson.Default.ListShardsAnswer, cancellationToken)
                .ConfigureAwait(false);
            shards.AddRange((answer.Shards ?? []).Select(Conversion.Shard));
            if (string.IsNullOrEmpty(answer.NextToken))
                return shards;
            next = answer.NextToken;
        }
        throw new KinesisException($"{subject}: the list does not end after {MaxListPages} pages.");
    }

    /// <inheritdoc/>
    public async Task<string> GetShardIteratorAsync(
        string stream, string shard, ShardIteratorRequest position, CancellationToken cancellationToken)
    {
        var subject = new CallSubject("GetShardIterator", stream, shard);
        var call = new GetShardIteratorCall(
            stream, shard, Conversion.Type(position.Type), position.SequenceNumber,
            Conversion.Seconds(position.Timestamp));
        var answer = await caller.CallAsync(
            subject,
            call,
            WireJson.Default.GetShardIteratorCall,
            WireJson.Default.GetShardIteratorAnswer,
            cancellationToken).ConfigureAwait(false);
        return answer.ShardIterator ?? throw Nothing(subject, "iterator");
    }

    /// <inheritdoc/>
    public Task<RecordBatch> GetRecordsAsync(
        string iterator,
        int limit,
        Func<long, CancellationToken, ValueTask>? admit,
        CancellationToken cancellationToken) => caller.ReadAsync(
            new CallSubject("GetRecords"),
            new GetRecordsCall(iterator, limit),
            WireJson.Default.GetRecordsCall,
            async (answer, time, token) =>
            {
                var length = answer.Headers.ContentLength;
                if (admit is not null)
                {
                    // Waiting for room is not the service's silence.
                    time.Pause();
                    await admit(length ?? LargestAnswer, token).ConfigureAwait(false);
                    time.Restart();
                }
                var content = await answer.ReadAsStreamAsync(time.Token).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                    return await RecordsAnswer.ReadAsync(content, length, time.Token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task<PutReceipt> PutRecordAsync(string stream, PutEntry entry, CancellationToken cancellationToken)
    {
        var answer = await caller.CallAsync(
            new CallSubject("PutRecord", stream),
            new PutRecordCall(stream, entry.PartitionKey, entry.Data, entry.ExplicitHashKey),
            WireJson.Default.PutRecordCall,
            WireJson.Default.PutRecordAnswer,
            cancellationToken).ConfigureAwait(false);
        return new PutReceipt(answer.ShardId, answer.SequenceNumber, null, null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PutReceipt>> PutRecordsAsync(
        string stream, IReadOnlyList<PutEntry> entries, CancellationToken cancellationToken) =>
        batchPut.PutAsync(stream, entries, cancellationToken);

    /// <inheritdoc/>
    public Task CreateStreamAsync(string stream, int shards, CancellationToken cancellationToken) =>
        caller.SendOnlyAsync(
            new CallSubject("CreateStream", stream),
            new CreateStreamCall(stream, shards),
            WireJson.Default.CreateStreamCall,
            cancellationToken);

    /// <inheritdoc/>
    public Task DeleteStreamAsync(string stream, CancellationToken cancellationToken) =>
        caller.SendOnlyAsync(
            new CallSubject("DeleteStream", stream),
            new StreamNameCall(stream),
            WireJson.Default.StreamNameCall,
            cancellationToken);

    /// <inheritdoc/>
    public async Task<StreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken)
    {
        var subject = new CallSubject("DescribeStreamSummary", stream);
        var answer = await caller.CallAsync(
            subject,
            new StreamNameCall(stream),
            WireJson.Default.StreamNameCall,
            WireJson.Default.DescribeStreamAnswer,
            cancellationToken).ConfigureAwait(false);
        var summary = answer.StreamDescriptionSummary ?? throw Nothing(subject, "summary");
        return new StreamSummary(
            summary.StreamName,
            summary.StreamArn,
            Conversion.Status(summary.StreamStatus),
            summary.OpenShardCount ?? 0,
            Conversion.Time(summary.StreamCreationTimestamp));
    }

    /// <inheritdoc/>
    public Task SplitShardAsync(
        string stream, string shard, UInt128 newStartingHashKey, CancellationToken cancellationToken) =>
        caller.SendOnlyAsync(
            new CallSubject("SplitShard", stream, shard),
            new SplitShardCall(stream, shard, newStartingHashKey.ToString(CultureInfo.InvariantCulture)),
            WireJson.Default.SplitShardCall,
            cancellationToken);

    /// <inheritdoc/>
    public Task MergeShardsAsync(
        string stream, string shard, string adjacentShard, CancellationToken cancellationToken) =>
        caller.SendOnlyAsync(
            new CallSubject("MergeShards", stream, shard),
            new MergeShardsCall(stream, shard, adjacentShard),
            WireJson.Default.MergeShardsCall,
            cancellationToken);

    /// <inheritdoc/>
    public Task UpdateShardCountAsync(string stream, int shards, CancellationToken cancellationToken) =>
        caller.SendOnlyAsync(
            new CallSubject("UpdateShardCount", stream),
            new UpdateShardCountCall(stream, shards, "UNIFORM_SCALING"),
            WireJson.Default.UpdateShardCountCall,
            cancellationToken);

    /// <inheritdoc/>
    public async Task<StreamConsumer> RegisterStreamConsumerAsync(
        string streamArn, string consumerName, CancellationToken cancellationToken)
    {
        var subject = new CallSubject("RegisterStreamConsumer", streamArn);
        WireConsumer? consumer;
        try
        {
            var registered = await caller.CallAsync(
                subject,
                new RegisterConsumerCall(streamArn, consumerName),
                WireJson.Default.RegisterConsumerCall,
                WireJson.Default.RegisterConsumerAnswer,
                cancellationToken).ConfigureAwait(false);
            consumer = registered.Consumer;
        }
        catch (KinesisException failure) when (failure.ErrorType == "ResourceInUseException")
        {
            subject = new CallSubject("DescribeStreamConsumer", streamArn);
            var described = await caller.CallAsync(
                subject,
                new DescribeConsumerCall(streamArn, consumerName),
                WireJson.Default.DescribeConsumerCall,
                WireJson.Default.DescribeConsumerAnswer,
                cancellationToken).ConfigureAwait(false);
            consumer = described.ConsumerDescription;
        }
        return consumer is null
            ? throw Nothing(subject, "consumer")
            : new StreamConsumer(
                consumer.ConsumerName, consumer.ConsumerArn, Conversion.Status(consumer.ConsumerStatus));
    }

    /// <inheritdoc/>
    public Task DeregisterStreamConsumerAsync(string consumerArn, CancellationToken cancellationToken) =>
        caller.SendOnlyAsync(
            new CallSubject("DeregisterStreamConsumer", consumerArn),
            new DeregisterConsumerCall(consumerArn),
            WireJson.Default.DeregisterConsumerCall,
            cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordBatch> SubscribeToShardAsync(
        string consumerArn,
        string shard,
        ShardIteratorRequest position,
        Func<int, CancellationToken, ValueTask>? admit,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var subscription = new ShardSubscription(
            caller, options, consumerArn, shard, position, admit);
        while (await subscription.NextAsync(cancellationToken).ConfigureAwait(false) is { } batch)
            yield return batch;
    }

    /// <inheritdoc/>
    public void Dispose() => caller.Dispose();

    private static KinesisException Nothing(CallSubject subject, string missing) =>
        new($"{subject}: the answer holds no {missing}. Check the endpoint.");
}
