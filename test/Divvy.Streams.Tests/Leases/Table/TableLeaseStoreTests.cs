using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Divvy.Core.Streams;
using Divvy.Streams.Leases;
using Divvy.Streams.Leases.Table;
using Divvy.TestKit.Kinesis;
using Xunit.Abstractions;

namespace Divvy.Streams.Tests.Leases.Table;

/// <summary>The store on an emulated DynamoDB. The times are the bars of the rules and say so; whether they are met under
/// load is for the rules' own tests, in virtual time: here there is a generous limit, and what was measured is printed.
/// </summary>
[Collection(EmulatorCollection.Name)]
public sealed class TableLeaseStoreTests(EmulatorFixture emulators, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(90);

    private readonly string application = EmulatorFixture.NewName("leases");
    private readonly List<(TableLeaseStore Store, RecordingHolder Holder)> workers = [];
    private readonly AmazonDynamoDBClient client = new(
        new BasicAWSCredentials("key", "secret"),
        new AmazonDynamoDBConfig { ServiceURL = $"{emulators.DynamoDb}", AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var (store, _) in workers)
            await store.DisposeAsync();
        client.Dispose();
    }

    [EmulatorFact]
    public async Task Start_TwoMoreWorkers_BalancesInTheFewestMoves()
    {
        foreach (var name in (string[])["a", "b", "c"])
            await StartAsync(name, 30);
        await UntilAsync(() => Counts() is [10, 10, 10], "10/10/10");
        workers.ForEach(static worker => worker.Holder.GrantedAt.Clear());
        var began = Stopwatch.GetTimestamp();
        await StartAsync("d", 30);
        await StartAsync("e", 30);
        await UntilAsync(() => Counts() is [6, 6, 6, 6, 6], "6/6/6/6/6");
        output.WriteLine($"balanced after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s (bar: 10 s)");
        workers.Sum(static worker => worker.Holder.GrantedAt.Count).ShouldBe(12);
        workers.Sum(static worker => worker.Holder.Losses).ShouldBe(0);
        var gaps = workers.SelectMany(static worker => worker.Holder.GrantedAt)
            .Select(grant => Stopwatch.GetElapsedTime(
                workers.Max(worker => worker.Holder.YieldedAt.GetValueOrDefault(grant.Key)), grant.Value).TotalMilliseconds)
            .Order().ToList();
        output.WriteLine($"gaps: median {gaps[6]:F0} ms, longest {gaps[^1]:F0} ms (bar: 250 ms)");
        gaps[0].ShouldBeGreaterThanOrEqualTo(0);
    }

    [EmulatorFact]
    public async Task Dispose_WithoutStopping_OthersTakeTheLeasesWhenTheirTimeIsOver()
    {
        await StartAsync("a", 6);
        await StartAsync("b", 6);
        await UntilAsync(() => Counts() is [3, 3], "3/3");
        var began = Stopwatch.GetTimestamp();
        await workers[0].Store.DisposeAsync();
        await UntilAsync(() => workers[1].Holder.Held.Count == 6, "b has all");
        var took = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"all taken after {took.TotalSeconds:F1} s of leases of 4 s (bar: 7 s)");
        took.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.5));
    }

    [EmulatorFact]
    public async Task Stop_AnotherWorkerLives_ItHasTheLeasesBeforeTheirTimeIsOver()
    {
        await StartAsync("a", 6);
        await StartAsync("b", 6);
        await UntilAsync(() => Counts() is [3, 3], "3/3");
        using var limit = new CancellationTokenSource(patience);
        await workers[0].Store.StopAsync(limit.Token);
        await UntilAsync(() => workers[1].Holder.Held.Count == 6, "b has all");
        workers[1].Holder.Losses.ShouldBe(0);
        workers[0].Holder.Losses.ShouldBe(0);
    }

    [EmulatorFact]
    public async Task Checkpoint_TermIsOver_IsRefusedAndNothingIsWritten()
    {
        await StartAsync("a", 1);
        await UntilAsync(() => Counts() is [1], "a has it");
        var term = workers[0].Holder.Held.Values.Single();
        await workers[0].Store.CheckpointAsync(term, new Checkpoint("17", 2), CancellationToken.None);
        await client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = application,
            Key = new() { ["leaseKey"] = new() { S = term.Lease.Key } },
            UpdateExpression = "SET leaseOwner = :thief ADD leaseCounter :one",
            ExpressionAttributeValues = new() { [":thief"] = new() { S = "java-9" }, [":one"] = new() { N = "1" } },
        });
        await Should.ThrowAsync<LeaseLostException>(async () => await workers[0].Store.CheckpointAsync(
            term, new Checkpoint("18"), CancellationToken.None));
        (await ItemAsync(term.Lease.Key))["checkpoint"].S.ShouldBe("17");
        term.Ended.IsCancellationRequested.ShouldBeTrue();
    }

    [EmulatorFact]
    public async Task Start_TableOfJavaWorkers_TakesOverAndLeavesItReadable()
    {
        var key = "shardId-000000000003";
        await StartAsync("a", 1);
        var foreign = new Dictionary<string, AttributeValue>
        {
            ["leaseKey"] = new() { S = "Leader" },
            ["entityType"] = new() { S = "LEADER" },
            ["leaseCounter"] = new() { N = "1" },
            ["checkpoint"] = new() { S = "x" },
        };
        await client.PutItemAsync(application, foreign);
        var written = LeaseRowTests.Kcl3;
        await client.PutItemAsync(application, written);
        await UntilAsync(() => workers[0].Holder.Held.ContainsKey(key), "the dead Java worker's lease is taken");
        var term = workers[0].Holder.Held[key];
        term.Lease.PendingState.ShouldBe([1, 2, 3]);
        var sequence = "49590338271490256608559692540925702759324208523137515999";
        await workers[0].Store.CheckpointAsync(term, new Checkpoint(sequence, 7), CancellationToken.None);
        var item = await ItemAsync(key);
        item["leaseOwner"].S.ShouldBe("a");
        item["checkpoint"].S.ShouldBe(sequence);
        item["checkpointSubSequenceNumber"].N.ShouldBe("7");
        item["ownerSwitchesSinceCheckpoint"].N.ShouldBe("0");
        item["throughputKBps"].N.ShouldBe("12.5");
        item["parentShardId"].SS.ShouldBe(written["parentShardId"].SS);
        item.Keys.Except(written.Keys).ShouldBeEmpty();
        written.Keys.Except(item.Keys).Order().ShouldBe(
            ["checkpointOwner", "pendingCheckpoint", "pendingCheckpointState", "pendingCheckpointSubSequenceNumber"]);
        LeaseRowTests.Shape(await ItemAsync("Leader")).ShouldBe(LeaseRowTests.Shape(foreign));
    }

    private async Task StartAsync(string name, int shards)
    {
        var options = new TableLeaseStoreOptions
        {
            ApplicationName = application,
            WorkerId = name,
            Streams = [new StreamIdentity("events")],
            Shards = new FixedShards(shards),
            DynamoDb = client,
            LeaseDuration = TimeSpan.FromSeconds(shards == 30 ? 10 : 4),
        };
        var worker = (Store: new TableLeaseStore(options), Holder: new RecordingHolder(TimeProvider.System));
        workers.Add(worker);
        using var limit = new CancellationTokenSource(patience);
        await worker.Store.StartAsync(worker.Holder, limit.Token);
    }

    private List<int> Counts() => [.. workers.Select(static worker => worker.Holder.Held.Count)];

    private async Task<Dictionary<string, AttributeValue>> ItemAsync(string key) =>
        (await client.GetItemAsync(new GetItemRequest
        {
            TableName = application,
            ConsistentRead = true,
            Key = new() { ["leaseKey"] = new() { S = key } },
        })).Item;

    private async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(patience, $"not seen: {what}; held: {string.Join('/', Counts())}");
            await timer.WaitForNextTickAsync();
        }
    }
}
