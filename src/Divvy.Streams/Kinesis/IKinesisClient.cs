namespace Divvy.Streams.Kinesis;

/// <summary>The calls of the Kinesis Data Streams API that reading, writing and resharding need. Thread-safe.</summary>
/// <remarks>Every call is tried again within limits when the service throttles it, fails inside or does not answer, and
/// every call ends within a time limit. A write that was tried again may be stored twice, and a change of shards that
/// was tried again may be refused because the first try had succeeded. All calls throw
/// <see cref="StreamNotFoundException"/> for a stream that does not exist, <see cref="ThroughputExceededException"/>
/// when throttled to the end, and <see cref="KinesisException"/> for anything else that the service says or for no
/// answer.</remarks>
public interface IKinesisClient : IShardSource, IDisposable
{
    /// <summary>An iterator to begin reading a shard with; it is good for five minutes.</summary>
    Task<string> GetShardIteratorAsync(
        string stream, string shard, ShardIteratorRequest position, CancellationToken cancellationToken);

    /// <summary>Reads on in a shard.</summary>
    /// <param name="iterator">From <see cref="GetShardIteratorAsync"/>, or the last batch's.</param>
    /// <param name="limit">At most so many records, 1 to 10,000. The service also stops at 10 MB.</param>
    /// <param name="admit">Called with the answer's size in bytes before its content is read, again for each try; what
    /// has come until then stays in the connection. Its records take less in memory, unless they are aggregates that
    /// are taken apart. The time limit of a try does not run meanwhile. Null: all is read at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ExpiredIteratorException">The iterator is too old.</exception>
    Task<RecordBatch> GetRecordsAsync(
        string iterator,
        int limit,
        Func<long, CancellationToken, ValueTask>? admit,
        CancellationToken cancellationToken);

    /// <summary>Writes one record.</summary>
    Task<PutReceipt> PutRecordAsync(string stream, PutEntry entry, CancellationToken cancellationToken);

    /// <summary>Writes records, 500 and 5 MiB a call, and again those that the service refused for the moment. Records
    /// of one key may change their order when some are written again.</summary>
    /// <returns>One receipt for each record, in order; all are stored.</returns>
    /// <exception cref="PartialPutException">Some were refused to the end; holds all receipts.</exception>
    Task<IReadOnlyList<PutReceipt>> PutRecordsAsync(
        string stream, IReadOnlyList<PutEntry> entries, CancellationToken cancellationToken);

    /// <summary>Asks for a new stream of that many shards; it serves when its status is
    /// <see cref="StreamStatus.Active"/>.</summary>
    Task CreateStreamAsync(string stream, int shards, CancellationToken cancellationToken);

    /// <summary>Removes a stream with all its records.</summary>
    Task DeleteStreamAsync(string stream, CancellationToken cancellationToken);

    /// <summary>What the stream is doing and how many shards are open.</summary>
    Task<StreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Divides a shard in two. Returns before it is done: the stream is
    /// <see cref="StreamStatus.Updating"/>.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="shard">An open shard.</param>
    /// <param name="newStartingHashKey">Where the second child begins: inside the shard's range, not at its start.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task SplitShardAsync(
        string stream, string shard, UInt128 newStartingHashKey, CancellationToken cancellationToken);

    /// <summary>Makes one shard of two whose hash keys are adjacent. Returns before it is done.</summary>
    Task MergeShardsAsync(
        string stream, string shard, string adjacentShard, CancellationToken cancellationToken);

    /// <summary>Lets the service split and merge until it has that many shards of equal size. Returns before it is
    /// done. Emulators lack it.</summary>
    Task UpdateShardCountAsync(string stream, int shards, CancellationToken cancellationToken);

    /// <summary>Registers a consumer for enhanced fan-out, or finds the one of that name. It can subscribe when it is
    /// <see cref="StreamStatus.Active"/>.</summary>
    Task<StreamConsumer> RegisterStreamConsumerAsync(
        string streamArn, string consumerName, CancellationToken cancellationToken);

    /// <summary>Removes a consumer for enhanced fan-out.</summary>
    Task DeregisterStreamConsumerAsync(string consumerArn, CancellationToken cancellationToken);

    /// <summary>Lets the service push a shard's records, without sharing its read limits with others. A subscription
    /// lasts five minutes; it is renewed where it stopped until the shard's end or until the caller stops.</summary>
    /// <param name="consumerArn">A registered consumer; one subscription to a shard at a time.</param>
    /// <param name="shard">The shard's id.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="admit">Called with the size of each event in bytes before its content is taken in; what has come
    /// until then stays in the connection, and the service waits. Null: all is taken in.</param>
    /// <param name="cancellationToken">Ends the subscription.</param>
    IAsyncEnumerable<RecordBatch> SubscribeToShardAsync(
        string consumerArn,
        string shard,
        ShardIteratorRequest position,
        Func<int, CancellationToken, ValueTask>? admit,
        CancellationToken cancellationToken);
}
