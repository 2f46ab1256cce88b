using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Tests.Consuming.Fakes;

/// <summary>Kinesis in memory: streams, shards, iterators that expire, failures on request. Thread-safe.</summary>
internal sealed class FakeKinesisClient(TimeProvider time) : IKinesisClient
{
    /// <summary>Far above small numbers, as the service's are: they only compare right as numbers.</summary>
    private static readonly BigInteger FirstSequenceNumber = BigInteger.Pow(10, 55);

    /// <summary>What an event takes besides its records' data.</summary>
    private const int EventOverhead = 300;

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<FakeShard>> streams = [];
    private readonly Queue<Exception> failures = [];
    private int iteratorEpoch;
    private long records;
    private long servedBytes;

    /// <summary>What was asked, in order.</summary>
    public EventLog Calls { get; } = new();

    /// <summary>Data of all records that were given to readers, by answers and by events.</summary>
    public long ServedBytes => Interlocked.Read(ref servedBytes);

    /// <summary>What becomes of a registration for enhanced fan-out.</summary>
    public Func<StreamStatus> ConsumerStatus { get; set; } = () => StreamStatus.Active;

    /// <summary>Whether the end of a shard names its children.</summary>
    public bool NamesChildren { get; set; } = true;

    /// <summary>Held while an answer is made; lets a test see reads under way.</summary>
    public Func<Task>? BeforeAnswer { get; set; }

    public void Create(string stream, int shards)
    {
        lock (gate)
        {
            streams[stream] = [];
            for (var index = 0; index < shards; index++)
                streams[stream].Add(new(Id(index), [], HashKeyRange.All));
        }
    }

    public void Delete(string stream)
    {
        lock (gate)
            streams.Remove(stream);
    }

    /// <summary>Forgets a shard whose records are beyond their retention.</summary>
    public void Expire(string stream, string shard)
    {
        lock (gate)
            streams[stream].RemoveAll(known => known.Id == shard);
    }

    public void ExpireIterators()
    {
        lock (gate)
            iteratorEpoch++;
    }

    public void FailNext(params Exception[] next)
    {
        lock (gate)
        {
            foreach (var failure in next)
                failures.Enqueue(failure);
        }
    }

    public StreamRecord Put(string stream, string shard, string text, string key = "key") =>
        Put(stream, shard, Encoding.UTF8.GetBytes(text), key);

    public StreamRecord Put(string stream, string shard, byte[] data, string key = "key")
    {
        lock (gate)
        {
            var record = new StreamRecord
            {
                PartitionKey = key,
                SequenceNumber = (FirstSequenceNumber + records++).ToString(CultureInfo.InvariantCulture),
                Data = data,
                ApproximateArrival = time.GetUtcNow(),
            };
            Find(stream, shard).Records.Add(record);
            return record;
        }
    }

    /// <summary>Divides a shard in two; says their ids.</summary>
    public (string Low, string High) Split(string stream, string shard)
    {
        lock (gate)
        {
            var parent = Find(stream, shard);
            parent.IsClosed = true;
            var middle = parent.Keys.Start + ((parent.Keys.End - parent.Keys.Start) / 2);
            var shards = streams[stream];
            var low = new FakeShard(Id(shards.Count), [shard], new(parent.Keys.Start, middle));
            shards.Add(low);
            var high = new FakeShard(Id(shards.Count), [shard], new(middle + 1, parent.Keys.End));
            shards.Add(high);
            parent.Children.AddRange([low.Description, high.Description]);
            return (low.Id, high.Id);
        }
    }

    public ValueTask<IReadOnlyList<StreamShard>> ListShardsAsync(string stream, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!streams.TryGetValue(stream, out var shards))
                throw new StreamNotFoundException($"no stream {stream}");
            return new([.. shards.Select(shard => shard.Description)]);
        }
    }

    public Task<string> GetShardIteratorAsync(
        string stream, string shard, ShardIteratorRequest position, CancellationToken cancellationToken)
    {
        Calls.Add($"iterator {shard} {Kind(position)}");
        lock (gate)
        {
            Throw();
            var found = Find(stream, shard);
            return Task.FromResult(Iterator(stream, shard, IndexOf(found, position)));
        }
    }

    public async Task<RecordBatch> GetRecordsAsync(
        string iterator,
        int limit,
        Func<long, CancellationToken, ValueTask>? admit,
        CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(iterator, limit, cancellationToken);
        await admit!(answer.Records.Sum(record => record.Data.Length + EventOverhead), cancellationToken);
        Interlocked.Add(ref servedBytes, answer.Records.Sum(record => record.Data.Length));
        return answer;
    }

    private async Task<RecordBatch> AnswerAsync(string iterator, int limit, CancellationToken cancellationToken)
    {
        if (BeforeAnswer is { } before)
            await before();
        cancellationToken.ThrowIfCancellationRequested();
        var parts = iterator.Split('|');
        Calls.Add($"read {parts[1]}");
        lock (gate)
        {
            Throw();
            if (parts[3] != $"{iteratorEpoch}")
                throw new ExpiredIteratorException("the iterator is too old");
            var shard = Find(parts[0], parts[1]);
            var from = int.Parse(parts[2], CultureInfo.InvariantCulture);
            var answer = new List<StreamRecord>();
            long bytes = 0;
            foreach (var record in shard.Records.Skip(from).Take(limit))
            {
                bytes += record.Data.Length;
                if (bytes > 10 << 20)
                    break;
                answer.Add(record);
            }
            var next = from + answer.Count;
            if (shard.IsClosed && next == shard.Records.Count)
                return new(answer, null, TimeSpan.Zero, NamesChildren ? [.. shard.Children] : []);
            var behind = next < shard.Records.Count
                ? time.GetUtcNow() - shard.Records[next].ApproximateArrival
                : TimeSpan.Zero;
            return new(answer, Iterator(parts[0], parts[1], next), behind, []);
        }
    }

    public Task<PutReceipt> PutRecordAsync(string stream, PutEntry entry, CancellationToken cancellationToken) =>
        throw Unused();

    public Task<IReadOnlyList<PutReceipt>> PutRecordsAsync(
        string stream, IReadOnlyList<PutEntry> entries, CancellationToken cancellationToken) => throw Unused();

    public Task CreateStreamAsync(string stream, int shards, CancellationToken cancellationToken) => throw Unused();

    public Task DeleteStreamAsync(string stream, CancellationToken cancellationToken) => throw Unused();

    public Task<StreamSummary> DescribeStreamAsync(string stream, CancellationToken cancellationToken) =>
        Task.FromResult(new StreamSummary(stream, stream, StreamStatus.Active, 1, null));

    public Task SplitShardAsync(
        string stream, string shard, UInt128 newStartingHashKey, CancellationToken cancellationToken) => throw Unused();

    public Task MergeShardsAsync(
        string stream, string shard, string adjacentShard, CancellationToken cancellationToken) => throw Unused();

    public Task UpdateShardCountAsync(string stream, int shards, CancellationToken cancellationToken) => throw Unused();

    public Task<StreamConsumer> RegisterStreamConsumerAsync(
        string streamArn, string consumerName, CancellationToken cancellationToken)
    {
        Calls.Add($"register {consumerName}");
        return Task.FromResult(new StreamConsumer(consumerName, $"{streamArn}|{consumerName}", ConsumerStatus()));
    }

    public Task DeregisterStreamConsumerAsync(string consumerArn, CancellationToken cancellationToken) =>
        throw Unused();

    /// <summary>Pushes one record in an event, then stays open.</summary>
    public async IAsyncEnumerable<RecordBatch> SubscribeToShardAsync(
        string consumerArn,
        string shard,
        ShardIteratorRequest position,
        Func<int, CancellationToken, ValueTask>? admit,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Calls.Add($"subscribe {shard} {Kind(position)}");
        var stream = consumerArn.Split('|')[0];
        for (var index = IndexOf(stream, shard, position); ; index++)
        {
            StreamRecord? next;
            lock (gate)
                next = Find(stream, shard).Records.ElementAtOrDefault(index);
            if (next is null)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
                yield break;
            }
            await admit!(next.Data.Length + EventOverhead, cancellationToken);
            Interlocked.Add(ref servedBytes, next.Data.Length);
            yield return new([next], next.SequenceNumber, TimeSpan.Zero, []);
        }
    }

    public void Dispose()
    {
    }

    public static string Id(int index) => $"shardId-{index:D12}";

    private static string Kind(ShardIteratorRequest position) => position.ToString().Split(' ')[0];

    private static InvalidOperationException Unused() => new("a consumer does not call this");

    private static BigInteger Number(string text) => BigInteger.Parse(text, CultureInfo.InvariantCulture);

    private int IndexOf(string stream, string shard, ShardIteratorRequest position)
    {
        lock (gate)
        {
            Throw();
            return IndexOf(Find(stream, shard), position);
        }
    }

    private static int IndexOf(FakeShard shard, ShardIteratorRequest position) => position.Type switch
    {
        ShardIteratorType.TrimHorizon => 0,
        ShardIteratorType.Latest => shard.Records.Count,
        ShardIteratorType.AtTimestamp => IndexOf(shard, record => record.ApproximateArrival >= position.Timestamp),
        ShardIteratorType.AtSequenceNumber =>
            IndexOf(shard, record => Number(record.SequenceNumber) >= Number(position.SequenceNumber!)),
        _ => IndexOf(shard, record => Number(record.SequenceNumber) > Number(position.SequenceNumber!)),
    };

    private static int IndexOf(FakeShard shard, Predicate<StreamRecord> match)
    {
        var index = shard.Records.FindIndex(match);
        return index < 0 ? shard.Records.Count : index;
    }

    private string Iterator(string stream, string shard, int index) => $"{stream}|{shard}|{index}|{iteratorEpoch}";

    private FakeShard Find(string stream, string shard) =>
        streams.GetValueOrDefault(stream)?.Find(known => known.Id == shard)
            ?? throw new StreamNotFoundException($"no shard {shard} in stream {stream}");

    private void Throw()
    {
        if (failures.TryDequeue(out var failure))
            throw failure;
    }
}
