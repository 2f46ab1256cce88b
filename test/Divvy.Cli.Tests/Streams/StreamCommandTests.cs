using System.Text.Json.Nodes;
using Divvy.Cli.Output;
using Divvy.Cli.Streams.Production;
using Divvy.Streams.Kinesis;
using Divvy.TestKit.Kinesis;

namespace Divvy.Cli.Tests.Streams;

/// <summary>The commands of <c>divvy stream</c> against kinesalite.</summary>
[Collection(EmulatorCollection.Name)]
public sealed class StreamCommandTests(EmulatorFixture emulator)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly CapturedConsole console = new();
    private readonly string stream = EmulatorFixture.NewName("cli");

    [EmulatorFact]
    public async Task CreateSplitMergeVerifyDelete_TwentyShards_CountAsTheGuideSays()
    {
        (await RunAsync("create", "--shards", "20")).ShouldBe(ExitCode.Ok);
        console.Output.ShouldContain($"Created stream {stream}: 20 shards, ACTIVE");
        (await CountsAsync()).ShouldBe((20, 20, 0));

        (await RunAsync("split", "--count", "10")).ShouldBe(ExitCode.Ok);
        console.Output.ShouldContain("Completed 10 shard splits");
        (await CountsAsync()).ShouldBe((40, 30, 10));

        (await RunAsync("merge", "--count", "5")).ShouldBe(ExitCode.Ok);
        console.Output.ShouldContain("Completed 5 shard merges");
        (await CountsAsync()).ShouldBe((45, 25, 20));

        (await RunAsync("delete")).ShouldBe(ExitCode.Ok);
        (await RunAsync("verify")).ShouldBe(ExitCode.NotFound);
    }

    [EmulatorFact]
    public async Task Produce_WhileShardsAreSplit_EveryNumberOfEveryKeyIsThereOnceInOrder()
    {
        await RunAsync("create", "--shards", "4");
        var produced = RunAsync("produce", "--count", "2050", "--keys", "200", "--pause", "1ms");
        (await new CapturedConsole().RunAsync(
            "stream", "split", "--count", "4", "--stream", stream, "--endpoint", $"{emulator.Kinesis}"))
            .ShouldBe(ExitCode.Ok);
        (await produced).ShouldBe(ExitCode.Ok);
        console.Output.ShouldContain("Produced 2050 records in 41 batches");

        var numbers = new Dictionary<string, long>();
        foreach (var record in await ReadParentsFirstAsync())
        {
            var metadata = ProducedEvent.TryRead(record.Data.Span).ShouldNotBeNull().Metadata;
            metadata.Key.ShouldBe(record.PartitionKey);
            metadata.Number.ShouldBe(numbers.GetValueOrDefault(metadata.Key), metadata.Key);
            numbers[metadata.Key] = metadata.Number + 1;
        }
        numbers.Count.ShouldBe(200);
        numbers.Values.Sum().ShouldBe(2050);
    }

    [EmulatorFact]
    public async Task Produce_RateAndDuration_HoldTheRate()
    {
        await RunAsync("create", "--shards", "1");

        var captured = new CapturedConsole();
        (await captured.RunAsync(
            "stream", "produce", "--rate", "500", "--duration", "1s", "-o", "json",
            "--stream", stream, "--endpoint", $"{emulator.Kinesis}")).ShouldBe(ExitCode.Ok);

        // The first batch comes at once, so ten batches of 50 are due in the second; a slow machine makes fewer.
        JsonNode.Parse(captured.Output)!["records"]!.GetValue<long>().ShouldBeInRange(50, 500);
    }

    [EmulatorFact]
    public async Task EveryVerb_BadStream_HasItsExitCodeAndSaysWhatToDo()
    {
        (await RunAsync("split")).ShouldBe(ExitCode.NotFound);
        console.Error.ShouldContain($"stream '{stream}'");
        await RunAsync("create", "--shards", "2");
        (await RunAsync("create", "--shards", "2")).ShouldBe(ExitCode.Conflict);
        (await RunAsync("split", "--count", "3")).ShouldBe(ExitCode.Failed);
        console.Error.ShouldContain("2 shards that can be split");
        (await RunAsync("merge", "--count", "2")).ShouldBe(ExitCode.Failed);
        console.Error.ShouldContain("1 pairs of adjacent open shards");
    }

    [Fact]
    public async Task Verify_NobodyListens_IsUnreachable()
    {
        (await console.RunAsync(
            "stream", "verify", "--endpoint", $"http://127.0.0.1:{TestKit.FreePort.Probe()}"))
            .ShouldBe(ExitCode.Unreachable);
        console.Error.ShouldContain("divvy stream emulator");
    }

    [Fact]
    public async Task Verify_EndpointIsNoAddress_IsRefused()
    {
        (await console.RunAsync("stream", "verify", "--endpoint", "nowhere")).ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain("http://HOST:PORT");
    }

    [Fact]
    public async Task Consume_NameAndDurationAreWrong_SaysBothInOneLine()
    {
        (await console.RunAsync("stream", "consume", "--worker", "", "--lease-duration", "1ms"))
            .ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain("WorkerId: '' is not 1 to 128 characters");
        console.Error.ShouldContain("below 1 s");
        console.Error.ShouldNotContain("Parameter");
    }

    [Fact]
    public async Task KclLab_LeaseIsTooShort_IsRefusedBeforeAnythingStarts()
    {
        (await console.RunAsync("lab", "kcl", "--lease-duration", "999ms")).ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain("--lease-duration 999ms is out of range: at least 1s");
    }

    private Task<ExitCode> RunAsync(string verb, params string[] arguments) => console.RunAsync(
        ["stream", verb, .. arguments, "--stream", stream, "--endpoint", $"{emulator.Kinesis}"]);

    private async Task<(int Total, int Open, int Closed)> CountsAsync()
    {
        var captured = new CapturedConsole();
        (await captured.RunAsync(
            "stream", "verify", "-o", "json", "--stream", stream, "--endpoint", $"{emulator.Kinesis}"))
            .ShouldBe(ExitCode.Ok);
        var counts = JsonNode.Parse(captured.Output)!;
        return ((int)counts["total"]!, (int)counts["open"]!, (int)counts["closed"]!);
    }

    private async Task<List<StreamRecord>> ReadParentsFirstAsync()
    {
        using var client = new KinesisClient(KinesisClientOptions.ForEmulator(emulator.Kinesis));
        using var limit = new CancellationTokenSource(patience);
        var records = new List<StreamRecord>();
        var shards = await client.ListShardsAsync(stream, limit.Token);
        foreach (var shard in shards.OrderBy(shard => !shard.Parents.IsEmpty))
        {
            string? iterator = await client.GetShardIteratorAsync(
                stream, shard.Id, ShardIteratorRequest.TrimHorizon, limit.Token);
            for (var empty = 0; iterator is not null && (shard.IsClosed || empty < 1);)
            {
                var batch = await client.GetRecordsAsync(iterator, 10_000, null, limit.Token);
                records.AddRange(batch.Records);
                empty = batch.Records.Count == 0 ? empty + 1 : 0;
                iterator = batch.NextIterator;
            }
        }
        return records;
    }
}
