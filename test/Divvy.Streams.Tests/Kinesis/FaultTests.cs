using Amazon.Runtime;
using Divvy.Streams.Kinesis;
using Divvy.TestKit;
using Divvy.TestKit.Kinesis;

namespace Divvy.Streams.Tests.Kinesis;

/// <summary>What the real service, its load balancers and networks do now and then, done by a proxy before kinesalite.
/// </summary>
[Collection(EmulatorCollection.Name)]
public sealed class FaultTests(EmulatorFixture emulator) : IAsyncLifetime
{
    private readonly ManualTimeProvider clock = new();
    private FaultProxy proxy = null!;
    private KinesisClient client = null!;
    private string stream = "";

    public async Task InitializeAsync()
    {
        if (EmulatorFixture.SkipReason is not null)
            return;
        proxy = await FaultProxy.StartAsync(emulator.Kinesis);
        client = StreamFixtures.Client(proxy.Address);
        stream = await client.NewStreamAsync();
    }

    public async Task DisposeAsync()
    {
        if (EmulatorFixture.SkipReason is not null)
            return;
        client.Dispose();
        await proxy.DisposeAsync();
    }

    [EmulatorFact]
    public async Task Calls_BurstsOfEveryPassingFault_AreAnsweredInTheEnd()
    {
        proxy.Plan("PutRecord", Fault.Throughput, Fault.Internal, Fault.Unavailable, Fault.Cut, Fault.Limit)
            .Plan("ListShards", Fault.Limit, Fault.Limit, Fault.Limit, Fault.Cut)
            .Plan("GetRecords", Fault.Throughput, Fault.Unavailable, Fault.CutAnswer);

        var receipt = await client.PutRecordAsync(stream, StreamFixtures.Entry("k", "once"), default);
        var shard = (await client.ListShardsAsync(stream, default)).Single();
        var records = await client.ReadAsync(stream, shard.Id, 1);

        records.Single().SequenceNumber.ShouldBe(receipt.SequenceNumber);
        proxy.Count("PutRecord").ShouldBe(6);
        proxy.Count("ListShards").ShouldBe(5);
        proxy.Count("GetRecords").ShouldBe(4);
    }

    [EmulatorFact]
    public async Task PutRecord_AnswerLost_IsWrittenAgain()
    {
        proxy.Plan("PutRecord", Fault.CutAnswer);

        await client.PutRecordAsync(stream, StreamFixtures.Entry("k", "twice"), default);

        (await client.ReadAsync(stream, "shardId-000000000000", 2)).Select(record => record.Text())
            .ShouldBe(["twice", "twice"]);
    }

    [EmulatorFact]
    public async Task GetRecords_ThrottledToTheEnd_SaysSoAfterItsTries()
    {
        var iterator = await client.GetShardIteratorAsync(
            stream, "shardId-000000000000", ShardIteratorRequest.TrimHorizon, default);
        proxy.Always("GetRecords", Fault.Throughput);

        var failure = await Should.ThrowAsync<ThroughputExceededException>(
            client.GetRecordsAsync(iterator, 1, null, default));

        failure.ErrorType.ShouldBe("ProvisionedThroughputExceededException");
        failure.Message.ShouldContain("tried 8 times");
        failure.Message.ShouldContain("add shards");
        proxy.Count("GetRecords").ShouldBe(8);
    }

    [EmulatorFact]
    public async Task GetRecords_ExpiredIterator_IsNotTriedAgain()
    {
        var iterator = await client.GetShardIteratorAsync(
            stream, "shardId-000000000000", ShardIteratorRequest.TrimHorizon, default);
        proxy.Plan("GetRecords", Fault.ExpiredIterator);

        await Should.ThrowAsync<ExpiredIteratorException>(client.GetRecordsAsync(iterator, 1, null, default));

        proxy.Count("GetRecords").ShouldBe(1);
    }

    [EmulatorFact]
    public async Task CreateStream_QuotaOfShards_IsNotTriedAgain()
    {
        proxy.Always("CreateStream", Fault.Error(
            "LimitExceededException", 400, "This request would exceed the shard limit for the account"));

        var before = proxy.Count("CreateStream");
        var failure = await Should.ThrowAsync<KinesisException>(client.CreateStreamAsync("big", 900, default));

        failure.Message.ShouldContain("quota");
        (proxy.Count("CreateStream") - before).ShouldBe(1);
    }

    [EmulatorFact]
    public async Task ExpiredCredentials_NewerOnesAtHand_AreFetchedAndUsed()
    {
        var renewed = new RenewableCredentials();
        using var renewing = StreamFixtures.Client(proxy.Address, options => options.Credentials = renewed);
        await renewing.DescribeStreamAsync(stream, default);
        proxy.Plan("DescribeStreamSummary", Fault.ExpiredToken);

        (await renewing.DescribeStreamAsync(stream, default)).Name.ShouldBe(stream);

        renewed.Fetched.ShouldBe(2);
    }

    [EmulatorFact]
    public async Task ExpiredCredentials_NoNewerOnes_SaysSoAtOnce()
    {
        var before = proxy.Count("DescribeStreamSummary");
        proxy.Always("DescribeStreamSummary", Fault.ExpiredToken);

        var failure = await Should.ThrowAsync<KinesisException>(client.DescribeStreamAsync(stream, default));

        failure.ErrorType.ShouldBe("ExpiredTokenException");
        failure.Message.ShouldContain("log in again");
        (proxy.Count("DescribeStreamSummary") - before).ShouldBe(1);
    }

    [EmulatorFact]
    public async Task PutRecords_SomeRefused_AreWrittenAgainAlone()
    {
        proxy.Plan("PutRecords", Fault.Content(
            """
            {"FailedRecordCount":1,"Records":[
              {"ShardId":"shardId-000000000000","SequenceNumber":"1"},
              {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded"},
              {"ShardId":"shardId-000000000000","SequenceNumber":"2"}]}
            """));

        var receipts = await client.PutRecordsAsync(
            stream, [.. "abc".Select(letter => StreamFixtures.Entry("k", $"{letter}"))], default);

        // The proxy said that a and c were stored, so only b came through.
        (await client.ReadAsync(stream, "shardId-000000000000", 1)).Single().Text().ShouldBe("b");
        receipts.Select(receipt => receipt.IsStored).ShouldBe([true, true, true]);
        receipts[0].SequenceNumber.ShouldBe("1");
        receipts[2].SequenceNumber.ShouldBe("2");
        receipts[1].SequenceNumber!.Length.ShouldBeGreaterThan(10);
    }

    [EmulatorFact]
    public async Task PutRecords_SomeRefusedToTheEnd_TellsWhichAreStored()
    {
        proxy.Always("PutRecords", Fault.Content(
            """{"FailedRecordCount":1,"Records":[{"ErrorCode":"InternalFailure","ErrorMessage":"inside"}]}"""));
        proxy.Plan("PutRecords", Fault.Content(
            """
            {"FailedRecordCount":1,"Records":[{"ShardId":"s","SequenceNumber":"1"},
              {"ErrorCode":"InternalFailure","ErrorMessage":"inside"}]}
            """));

        var failure = await Should.ThrowAsync<PartialPutException>(client.PutRecordsAsync(
            stream, [StreamFixtures.Entry("k", "a"), StreamFixtures.Entry("k", "b")], default));

        failure.Message.ShouldContain("1 of 2 records were refused 8 times: InternalFailure (inside)");
        failure.Receipts.Select(receipt => receipt.IsStored).ShouldBe([true, false]);
    }

    [EmulatorFact]
    public async Task ListShards_SeveralPages_AreOneList()
    {
        const string Shard = """{"ShardId":"s-0","HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"1"}}""";
        proxy.Plan("ListShards", Fault.Content($$"""{"Shards":[{{Shard}}],"NextToken":"more"}"""))
            .Plan("ListShards", Fault.Content($$"""{"Shards":[{{Shard.Replace("s-0", "s-1")}}]}"""));

        (await client.ListShardsAsync(stream, default)).Select(shard => shard.Id).ShouldBe(["s-0", "s-1"]);
    }

    [EmulatorFact]
    public async Task GetRecords_EndOfAShardAsTheServiceSaysIt_NamesTheChildren()
    {
        proxy.Plan("GetRecords", Fault.Content(
            """
            {"Records":[],"NextShardIterator":null,"MillisBehindLatest":250,"ChildShards":[{"ShardId":"s-2",
              "ParentShards":["s-0","s-1"],"HashKeyRange":{"StartingHashKey":"5","EndingHashKey":"9"}}]}
            """));

        var batch = await client.GetRecordsAsync("iterator", 1, null, default);

        batch.IsShardEnd.ShouldBeTrue();
        batch.BehindLatest.ShouldBe(TimeSpan.FromMilliseconds(250));
        var child = batch.Children.Single();
        child.Parents.ShouldBe(["s-0", "s-1"]);
        child.HashKeys.ShouldBe(new Divvy.Core.Streams.HashKeyRange(5, 9));
    }

    [EmulatorFact]
    public async Task GetRecords_NoRoomForLongerThanTheTimeLimit_ReadsTheAnswerWhenThereIs()
    {
        const string Answer = """{"Records":[],"NextShardIterator":"next","MillisBehindLatest":0}""";
        using var hasty = StreamFixtures.Client(
            proxy.Address, options => (options.Timeout, options.TimeProvider) = (TimeSpan.FromSeconds(1), clock));
        proxy.Plan("GetRecords", Fault.Content(Answer));
        var (asked, room) = (new TaskCompletionSource<long>(), new TaskCompletionSource());

        var reading = hasty.GetRecordsAsync(
            "iterator",
            1,
            async (bytes, _) =>
            {
                asked.SetResult(bytes);
                await room.Task;
            },
            default);

        (await asked.Task.WaitAsync(StreamFixtures.Patience)).ShouldBe(Answer.Length);
        clock.Advance(TimeSpan.FromMinutes(1));
        room.SetResult();
        (await reading.WaitAsync(StreamFixtures.Patience)).NextIterator.ShouldBe("next");
        proxy.Count("GetRecords").ShouldBe(1);
    }

    [EmulatorFact]
    public async Task AnyCall_SomethingElseAnswers_SaysSo()
    {
        proxy.Plan("ListShards", Fault.Content("<html>welcome</html>"));

        var failure = await Should.ThrowAsync<KinesisException>(client.ListShardsAsync(stream, default).AsTask());

        failure.Message.ShouldContain("what is not Kinesis");
    }

    [EmulatorFact]
    public async Task ClockSetWrong_ServiceSaysTheTime_IsSignedWithIt()
    {
        using var wrong = StreamFixtures.Client(proxy.Address, options =>
            options.TimeProvider = new ManualTimeProvider(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        proxy.Plan("ListShards", Fault.Error("InvalidSignatureException", 403, "Signature not yet current"));

        await wrong.ListShardsAsync(stream, default);
        await wrong.ListShardsAsync(stream, default);

        var times = proxy.SigningTimes.TakeLast(3).ToList();
        times[0].ShouldStartWith("20010101T");
        times[1].ShouldNotStartWith("2001");
        times[2].ShouldNotStartWith("2001");
    }

    [EmulatorFact]
    public async Task Credentials_CannotBeFetched_SaysWhatToDo()
    {
        using var nobody = StreamFixtures.Client(
            proxy.Address, options => options.Credentials = new MissingCredentials());

        var failure = await Should.ThrowAsync<KinesisException>(nobody.ListShardsAsync(stream, default).AsTask());

        failure.ErrorType.ShouldBe("CredentialsMissing");
        failure.Message.ShouldContain("AWS_ACCESS_KEY_ID");
        failure.Message.ShouldContain("the profile has none");
    }

    [EmulatorFact]
    public async Task SilentService_EndsByTheTimeLimitAndIsTriedAgain()
    {
        using var hasty = StreamFixtures.Client(
            proxy.Address, options => options.Timeout = TimeSpan.FromMilliseconds(500));
        proxy.Plan("ListShards", Fault.Silence);

        (await hasty.ListShardsAsync(stream, default).AsTask().WaitAsync(StreamFixtures.Patience)).Count.ShouldBe(1);

        proxy.Count("ListShards").ShouldBe(2);
    }

    [EmulatorFact]
    public async Task Cancellation_WhileWaiting_IsTheCallers()
    {
        proxy.Plan("ListShards", Fault.Silence);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(client.ListShardsAsync(stream, stop.Token).AsTask());
    }

    private sealed class MissingCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() =>
            throw new AmazonClientException("the profile has none.");
    }

    private sealed class RenewableCredentials : RefreshingAWSCredentials
    {
        public int Fetched { get; private set; }

        protected override CredentialsRefreshState GenerateNewCredentials()
        {
            Fetched++;
            return new CredentialsRefreshState(
                new ImmutableCredentials($"AKIA{Fetched}", "secret", $"token-{Fetched}"),
                DateTime.UtcNow.AddHours(1));
        }

        protected override Task<CredentialsRefreshState> GenerateNewCredentialsAsync() =>
            Task.FromResult(GenerateNewCredentials());
    }
}
