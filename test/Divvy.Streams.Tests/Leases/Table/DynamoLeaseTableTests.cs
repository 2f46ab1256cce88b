using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Divvy.Core.Streams;
using Divvy.Streams.Leases.Table;
using Divvy.TestKit.Kinesis;

namespace Divvy.Streams.Tests.Leases.Table;

[Collection(EmulatorCollection.Name)]
public sealed class DynamoLeaseTableTests(EmulatorFixture emulators) : IDisposable
{
    private readonly AmazonDynamoDBClient client = new(
        new BasicAWSCredentials("key", "secret"),
        new AmazonDynamoDBConfig { ServiceURL = $"{emulators.DynamoDb}", AuthenticationRegion = "us-east-1" });

    public void Dispose() => client.Dispose();

    [EmulatorFact]
    public async Task Read_MoreKeysThanABatchTakes_HasEachRowAndNullForThoseThatAreNotThere()
    {
        var table = new DynamoLeaseTable(new TableLeaseStoreOptions
        {
            ApplicationName = EmulatorFixture.NewName("batch"),
            WorkerId = "a",
            Streams = [new StreamIdentity("events")],
            Shards = new FixedShards(1),
            DynamoDb = client,
        });
        await table.PrepareAsync(CancellationToken.None);
        await table.CreateAsync(new StreamLease("s7") { Checkpoint = Checkpoint.TrimHorizon }, CancellationToken.None);
        await table.CreateAsync(new StreamLease("s133") { Checkpoint = Checkpoint.TrimHorizon }, CancellationToken.None);

        string[] keys = [.. Enumerable.Range(0, 150).Select(static number => $"s{number}")];
        var rows = await table.ReadAsync(keys, CancellationToken.None);
        rows.Keys.ShouldBe(keys, ignoreOrder: true);
        rows.Where(static row => row.Value is not null).Select(static row => row.Value!.Key)
            .ShouldBe(["s7", "s133"], ignoreOrder: true);
    }
}
