using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Table;

/// <summary>The lease table in DynamoDB.</summary>
internal sealed class DynamoLeaseTable : ILeaseTable
{
    /// <summary>The most keys that BatchGetItem takes.</summary>
    private const int BatchSize = 100;

    private static readonly string[] throttles =
    [
        "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "Throttling",
        "LimitExceededException", "ThrottledException",
    ];

    private readonly IAmazonDynamoDB client;
    private readonly LeaseTableSchema schema;
    private readonly string leases;
    private readonly string workers;

    public DynamoLeaseTable(TableLeaseStoreOptions options)
    {
        client = options.DynamoDb;
        leases = options.ApplicationName;
        workers = $"{options.ApplicationName}-Workers";
        schema = new LeaseTableSchema(client, leases, workers, options.TimeProvider);
    }

    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancellationToken) => TryAsync("prepare", leases, async () =>
    {
        await schema.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StreamLease>> ReadAllAsync(CancellationToken cancellationToken) =>
        await ScanAsync(leases, LeaseRow.Read, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<StreamLease?> ReadAsync(string key, CancellationToken cancellationToken) =>
        TryAsync($"read lease {key} of", leases, async () =>
        {
            var answer = await client.GetItemAsync(
                new GetItemRequest
                {
                    TableName = leases,
                    Key = KeyOf(key),
                    ConsistentRead = true,
                },
                cancellationToken).ConfigureAwait(false);
            return answer.Item is { Count: > 0 } item ? LeaseRow.Read(item) : null;
        });

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, StreamLease?>> ReadAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        TryAsync($"read {keys.Count} leases of", leases, async () =>
        {
            var rows = new Dictionary<string, StreamLease?>(keys.Count, StringComparer.Ordinal);
            foreach (var some in keys.Chunk(BatchSize))
                await ReadBatchAsync(some, rows, cancellationToken).ConfigureAwait(false);
            return (IReadOnlyDictionary<string, StreamLease?>)rows;
        });

    /// <inheritdoc/>
    public async Task<LeaseAnswer> WriteAsync(LeaseWrite write, CancellationToken cancellationToken)
    {
        try
        {
            await client.UpdateItemAsync(LeaseUpdate.Of(write, leases), cancellationToken).ConfigureAwait(false);
            return new LeaseAnswer(LeaseOutcome.Applied);
        }
        catch (ConditionalCheckFailedException refused)
        {
            // Emulators leave the row out of the refusal, and so do old endpoints.
            return refused.Item is { Count: > 0 } item
                ? new LeaseAnswer(LeaseOutcome.Refused, LeaseRow.Read(item))
                : await ReadRefusedAsync(write.Key, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsEnvironment(failure))
        {
            return new LeaseAnswer(WasNotMade(failure) ? LeaseOutcome.NotWritten : LeaseOutcome.Unknown, null, failure);
        }
    }

    /// <inheritdoc/>
    public Task CreateAsync(StreamLease lease, CancellationToken cancellationToken) =>
        TryAsync($"create lease {lease.Key} in", leases, async () =>
        {
            try
            {
                await client.PutItemAsync(
                    new PutItemRequest
                    {
                        TableName = leases,
                        Item = LeaseRow.Create(lease),
                        ConditionExpression = $"attribute_not_exists({LeaseRow.Key})",
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (ConditionalCheckFailedException)
            {
                // There is one: that is what was wanted.
            }

            return true;
        });

    /// <inheritdoc/>
    public Task DeleteAsync(StreamLease lease, CancellationToken cancellationToken) =>
        TryAsync($"delete lease {lease.Key} of", leases, async () =>
        {
            try
            {
                await client.DeleteItemAsync(
                    new DeleteItemRequest
                    {
                        TableName = leases,
                        Key = KeyOf(lease.Key),
                        ConditionExpression = $"{LeaseRow.Counter} = :counter",
                        ExpressionAttributeValues = new Dictionary<string, AttributeValue>
                        {
                            [":counter"] = LeaseRow.Of(lease.Counter),
                        },
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (ConditionalCheckFailedException)
            {
                // Somebody has written it meanwhile, or it is gone already.
            }

            return true;
        });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkerBeat>> ReadBeatsAsync(CancellationToken cancellationToken) =>
        await ScanAsync(workers, WorkerRow.Read, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<bool> BeatAsync(WorkerBeat beat, bool isFirst, CancellationToken cancellationToken) =>
        TryAsync($"write the beat of worker {beat.Worker} to", workers, async () =>
        {
            try
            {
                await client.PutItemAsync(
                    new PutItemRequest
                    {
                        TableName = workers,
                        Item = WorkerRow.Of(beat),
                        ConditionExpression = isFirst
                            ? null
                            : $"attribute_not_exists({WorkerRow.Worker}) OR {WorkerRow.Incarnation} = :incarnation",
                        ExpressionAttributeValues = isFirst ? null : Incarnation(beat),
                    },
                    cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (ConditionalCheckFailedException)
            {
                return false;
            }
        });

    /// <inheritdoc/>
    public Task ForgetAsync(WorkerBeat beat, CancellationToken cancellationToken) =>
        TryAsync($"delete the beat of worker {beat.Worker} from", workers, async () =>
        {
            try
            {
                await client.DeleteItemAsync(
                    new DeleteItemRequest
                    {
                        TableName = workers,
                        Key = new Dictionary<string, AttributeValue> { [WorkerRow.Worker] = new() { S = beat.Worker } },
                        ConditionExpression = $"{WorkerRow.Incarnation} = :incarnation",
                        ExpressionAttributeValues = Incarnation(beat),
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (ConditionalCheckFailedException)
            {
                // Another process has the id now, or the beat is gone already.
            }

            return true;
        });

    private static Dictionary<string, AttributeValue> KeyOf(string key) => new() { [LeaseRow.Key] = new() { S = key } };

    private async Task ReadBatchAsync(
        string[] keys, Dictionary<string, StreamLease?> rows, CancellationToken cancellationToken)
    {
        var wanted = new KeysAndAttributes
        {
            ConsistentRead = true,
            Keys = [.. keys.Select(KeyOf)],
        };
        var answer = await client.BatchGetItemAsync(
            new BatchGetItemRequest { RequestItems = new() { [leases] = wanted } }, cancellationToken)
            .ConfigureAwait(false);
        foreach (var key in keys)
            rows[key] = null;
        foreach (var left in answer.UnprocessedKeys?.GetValueOrDefault(leases)?.Keys ?? [])
            rows.Remove(left[LeaseRow.Key].S);
        foreach (var item in answer.Responses?.GetValueOrDefault(leases) ?? [])
        {
            if (LeaseRow.Read(item) is { } row)
                rows[row.Key] = row;
        }
    }

    private static Dictionary<string, AttributeValue> Incarnation(WorkerBeat beat) =>
        new() { [":incarnation"] = new() { S = beat.Incarnation } };

    private async Task<LeaseAnswer> ReadRefusedAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return new LeaseAnswer(
                LeaseOutcome.Refused, await ReadAsync(key, cancellationToken).ConfigureAwait(false));
        }
        catch (LeaseStoreException failure)
        {
            return new LeaseAnswer(LeaseOutcome.Unknown, null, failure);
        }
    }

    private Task<List<T>> ScanAsync<T>(
        string table, Func<Dictionary<string, AttributeValue>, T?> read, CancellationToken cancellationToken)
        where T : class => TryAsync("scan", table, async () =>
        {
            var rows = new List<T>();
            Dictionary<string, AttributeValue>? from = null;
            do
            {
                var page = await client.ScanAsync(
                    new ScanRequest { TableName = table, ExclusiveStartKey = from }, cancellationToken)
                    .ConfigureAwait(false);
                foreach (var item in page.Items ?? [])
                {
                    if (read(item) is { } row)
                        rows.Add(row);
                }

                from = page.LastEvaluatedKey;
            }
            while (from is { Count: > 0 });
            return rows;
        });

    private static async Task<T> TryAsync<T>(string what, string table, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (IsEnvironment(failure))
        {
            var hint = failure is ResourceNotFoundException
                ? "was it deleted? A worker creates it when it starts"
                : "is the endpoint right, and are the credentials allowed to use the table?";
            throw new LeaseStoreException($"could not {what} table {table}: {failure.Message} ({hint})", failure);
        }
    }

    private static bool IsEnvironment(Exception failure) =>
        failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
            or OperationCanceledException or WebException or LeaseStoreException;

    /// <summary>Whether the service said that it did not make a write. Of a server's error and of no answer nothing is
    /// known.</summary>
    private static bool WasNotMade(Exception failure) =>
        failure is AmazonServiceException service
        && (throttles.Contains(service.ErrorCode, StringComparer.Ordinal)
            || (int)service.StatusCode is >= 400 and < 500);
}
