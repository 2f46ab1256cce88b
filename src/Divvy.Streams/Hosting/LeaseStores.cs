using System.Diagnostics;
using Amazon;
using Amazon.DynamoDBv2;
using Divvy.Core.Streams;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Divvy.Streams.Leases.Distributed;
using Divvy.Streams.Leases.Table;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Hosting;

/// <summary>Makes the lease store that the options name.</summary>
public static class LeaseStores
{
    /// <summary>Makes it; nothing is asked of anybody before its first use. Whoever calls this disposes it.</summary>
    /// <param name="options">Which store, of which application and worker.</param>
    /// <param name="kinesis">Where shards are asked for; not disposed.</param>
    /// <param name="time">The clock of leases.</param>
    /// <param name="loggers">The log.</param>
    public static ILeaseStore Create(
        StreamConsumerOptions options, IKinesisClient kinesis, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        switch (options.LeaseStore)
        {
            case LeaseStoreKind.Table:
                var dynamo = CreateClient(options);
                return new OpenedLeaseStore(
                    async token =>
                    {
                        var streams = await IdentifyAsync(options, kinesis, token).ConfigureAwait(false);
                        return new TableLeaseStore(
                            Table(options, streams, kinesis, dynamo, time), loggers.CreateLogger<TableLeaseStore>());
                    },
                    dynamo);
            case LeaseStoreKind.Distributor:
                return new OpenedLeaseStore(async token =>
                {
                    var streams = await IdentifyAsync(options, kinesis, token).ConfigureAwait(false);
                    return new DistributedLeaseStore(Distributed(options, streams, kinesis), loggers);
                });
            default:
                throw new UnreachableException($"no store for {options.LeaseStore}");
        }
    }

    /// <summary>Where applications without leases begin.</summary>
    private static Checkpoint Start(StreamConsumerOptions options) => options.InitialPosition switch
    {
        StreamStart.Latest => Checkpoint.Latest,
        StreamStart.AtTimestamp => Checkpoint.AtTimestamp,
        _ => Checkpoint.TrimHorizon,
    };

    private static TableLeaseStoreOptions Table(
        StreamConsumerOptions options,
        IReadOnlyList<StreamIdentity> streams,
        IKinesisClient kinesis,
        IAmazonDynamoDB dynamo,
        TimeProvider time) => new()
        {
            ApplicationName = options.ApplicationName,
            WorkerId = options.WorkerId,
            Streams = streams,
            Shards = kinesis,
            DynamoDb = dynamo,
            LeaseDuration = options.Table.LeaseDuration,
            PollInterval = options.Table.PollInterval,
            MaxLeasesPerWorker = options.Table.MaxLeasesPerWorker,
            MaxLeasesToStealAtOnce = options.Table.MaxLeasesToStealAtOnce,
            ParentsFirst = options.ParentsFirst,
            InitialPosition = Start(options),
            TimeProvider = time,
        };

    private static DistributedLeaseStoreOptions Distributed(
        StreamConsumerOptions options, IReadOnlyList<StreamIdentity> streams, IKinesisClient kinesis) => new()
        {
            Servers = [.. options.Distributor.Servers],
            Namespace = options.ApplicationName,
            WorkerId = options.WorkerId,
            Streams = streams,
            Shards = kinesis,
            LeaseDuration = options.Distributor.LeaseDuration,
            Capacity = options.Distributor.Capacity,
            ParentsFirst = options.ParentsFirst,
            InitialPosition = Start(options),
        };

    /// <summary>One stream is known by its name. Of several, lease keys name account and time of creation, as the KCL's
    /// do: a stream that was deleted and made again is another one.</summary>
    private static async Task<IReadOnlyList<StreamIdentity>> IdentifyAsync(
        StreamConsumerOptions options, IKinesisClient kinesis, CancellationToken cancellationToken)
    {
        if (options.Streams is [var only])
            return [new StreamIdentity(only)];
        var identities = new List<StreamIdentity>();
        foreach (var stream in options.Streams)
        {
            var summary = await kinesis.DescribeStreamAsync(stream, cancellationToken).ConfigureAwait(false);
            // arn:aws:kinesis:REGION:ACCOUNT:stream/NAME
            var account = summary.Arn.Split(':') is [_, _, _, _, var number, ..] ? number : "000000000000";
            identities.Add(new StreamIdentity(stream, account, summary.Created?.ToUnixTimeSeconds() ?? 0));
        }
        return identities;
    }

    private static AmazonDynamoDBClient CreateClient(StreamConsumerOptions options)
    {
        // The store repeats what fails: it knows what must not be repeated blindly.
        var configuration = new AmazonDynamoDBConfig { MaxErrorRetry = 0 };
        if ((options.Table.Region ?? options.Kinesis.Region) is { } region)
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        if (options.Table.Endpoint is { } endpoint)
        {
            configuration.ServiceURL = endpoint.ToString();
            configuration.AuthenticationRegion = options.Table.Region ?? options.Kinesis.Region ?? "us-east-1";
        }
        var credentials = options.Table.Credentials ?? options.Kinesis.Credentials;
        return credentials is null
            ? new AmazonDynamoDBClient(configuration)
            : new AmazonDynamoDBClient(credentials, configuration);
    }
}
