using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Divvy.Streams.Leases.Table;

/// <summary>The two tables, created when they are missing: on demand, the lease table with the KCL 3.x's index by
/// owner.</summary>
internal sealed class LeaseTableSchema(IAmazonDynamoDB client, string leases, string workers, TimeProvider time)
{
    /// <summary>The index by which KCL 3.x workers find what they were assigned: keys only, so renewals do not touch
    /// it.</summary>
    public const string OwnerIndex = "LeaseOwnerToLeaseKeyIndex";

    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan within = TimeSpan.FromMinutes(2);

    /// <summary>Creates what is missing and waits until it can be used. A lease table that is there is left as it is,
    /// with its index or without.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var missing = new List<CreateTableRequest>();
        if (await StatusAsync(leases, cancellationToken).ConfigureAwait(false) is null)
            missing.Add(Leases());
        if (await StatusAsync(workers, cancellationToken).ConfigureAwait(false) is null)
            missing.Add(Workers());
        foreach (var request in missing)
            await CreateAsync(request, cancellationToken).ConfigureAwait(false);
        await WaitAsync(leases, cancellationToken).ConfigureAwait(false);
        await WaitAsync(workers, cancellationToken).ConfigureAwait(false);
    }

    private CreateTableRequest Leases() => new()
    {
        TableName = leases,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions = [new(LeaseRow.Key, ScalarAttributeType.S), new(LeaseRow.Owner, ScalarAttributeType.S)],
        KeySchema = [new(LeaseRow.Key, KeyType.HASH)],
        GlobalSecondaryIndexes =
        [
            new GlobalSecondaryIndex
            {
                IndexName = OwnerIndex,
                KeySchema = [new(LeaseRow.Owner, KeyType.HASH), new(LeaseRow.Key, KeyType.RANGE)],
                Projection = new Projection { ProjectionType = ProjectionType.KEYS_ONLY },
            },
        ],
    };

    private CreateTableRequest Workers() => new()
    {
        TableName = workers,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions = [new(WorkerRow.Worker, ScalarAttributeType.S)],
        KeySchema = [new(WorkerRow.Worker, KeyType.HASH)],
    };

    private async Task CreateAsync(CreateTableRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateTableAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (ResourceInUseException)
        {
            // Another worker was first.
        }
    }

    private async Task WaitAsync(string table, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (await StatusAsync(table, cancellationToken).ConfigureAwait(false) is { } status
            && status != TableStatus.ACTIVE && status != TableStatus.UPDATING)
        {
            if (time.GetElapsedTime(began) > within)
            {
                throw new LeaseStoreException(
                    $"table {table} is still {status} after {within.TotalMinutes} minutes: look at it in DynamoDB");
            }

            await Task.Delay(look, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TableStatus?> StatusAsync(string table, CancellationToken cancellationToken)
    {
        try
        {
            var described = await client.DescribeTableAsync(table, cancellationToken).ConfigureAwait(false);
            return described.Table.TableStatus;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }
}
