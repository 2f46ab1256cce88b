using Divvy.Rpc.Tests.Messages;
using Divvy.TestKit;
using Google.Protobuf;

namespace Divvy.Rpc.Tests.Transport;

/// <summary>What every transport must do alike. A subclass says how client and server meet.</summary>
public abstract class TransportTests : IAsyncLifetime
{
    private protected EchoService Service { get; set; } = null!;

    private protected IRpcChannel Channel { get; set; } = null!;

    private protected ManualTimeProvider Time { get; } = new();

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Unary_WithPayload_ComesBack()
    {
        var payload = ByteString.CopyFrom(Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray());
        var answer = await Channel.UnaryAsync(EchoMethods.Unary, new Ping { Text = "grüezi", Payload = payload });
        answer.Text.ShouldBe("grüezi");
        answer.Payload.ShouldBe(payload);
        Service.Ended.ShouldContain((EchoMethods.Unary.Path, RpcStatusCode.OK));
        Service.Services.ActiveCalls.ShouldBe(0);
    }

    [Fact]
    public async Task Unary_EmptyMessage_ComesBack() =>
        (await Channel.UnaryAsync(EchoMethods.Unary, new Ping())).ShouldBe(new Pong());

    [Fact]
    public async Task Unary_Metadata_GoesBothWays()
    {
        var metadata = RpcMetadata.Empty.With("echo", "a value").With("Twice", "1").With("twice", "2")
            .With("raw-bin", [1, 2, 3, 4]);
        await using var call = Channel.Open(EchoMethods.Unary, new() { Metadata = metadata });
        await call.WriteAsync(new Ping());
        await call.CompleteAsync();
        (await call.ResponseHeadersAsync()).Get("head").ShouldBe("a value");
        (await call.ReadAsync()).ShouldNotBeNull();
        (await call.ReadAsync()).ShouldBeNull();
        call.Trailers.Get("tail").ShouldBe("a value");
        call.Trailers.GetBytes("tail-bin").ShouldBe([0, 255, 7]);
        Service.LastMetadata!.GetBytes("raw-bin").ShouldBe([1, 2, 3, 4]);
        // On the wire two values of a name and one value with a comma are the same.
        string.Join(", ", Service.LastMetadata.Where(entry => entry.Key == "twice").Select(entry => entry.Value))
            .ShouldBe("1, 2");
        Service.LastMetadata.ShouldAllBe(entry => !entry.Key.StartsWith("grpc-"));
    }

    [Fact]
    public void Open_MetadataThatIsNoHeader_IsRefused()
    {
        foreach (var (name, value) in new[] { ("grpc-x", "1"), ("te", "1"), ("a b", "1"), ("a", "ü"), ("a", "1\n2") })
        {
            Should.Throw<ArgumentException>(() =>
                Channel.Open(EchoMethods.Unary, new() { Metadata = RpcMetadata.Empty.With(name, value) }));
        }
    }

    [Fact]
    public async Task ServerStream_MoreThanAWindow_ArrivesInOrder()
    {
        var request = new Ping { Count = 2_000, Payload = ByteString.CopyFrom(new byte[1000]) };
        var numbers = new List<int>();
        await foreach (var answer in Channel.ServerStreamAsync(EchoMethods.ServerStream, request))
            numbers.Add(answer.Number);
        numbers.ShouldBe(Enumerable.Range(1, 2_000));
    }

    [Fact]
    public async Task ServerStream_NoMessages_EndsWithOk()
    {
        await foreach (var answer in Channel.ServerStreamAsync(EchoMethods.ServerStream, new Ping()))
            answer.ShouldBeNull();
        Service.Ended.ShouldContain((EchoMethods.ServerStream.Path, RpcStatusCode.OK));
    }

    [Fact]
    public async Task ServerStream_LeftEarly_EndsTheHandler()
    {
        var endless = new Ping { Count = int.MaxValue };
        await foreach (var answer in Channel.ServerStreamAsync(EchoMethods.ServerStream, endless))
        {
            if (answer.Number == 3)
                break;
        }

        await Waiting.Until(
            () => Service.Ended.Contains((EchoMethods.ServerStream.Path, RpcStatusCode.Cancelled)), "its end");
    }

    [Fact]
    public async Task ClientStream_ManyRequests_OneResponse()
    {
        await using var call = Channel.Open(EchoMethods.ClientStream);
        for (var i = 0; i < 100; i++)
            await call.WriteAsync(new Ping { Text = "x" });
        await call.CompleteAsync();
        var answer = await call.ReadAsync();
        answer!.Number.ShouldBe(100);
        answer.Text.Length.ShouldBe(100);
        (await call.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Duplex_PingPong_Alternates()
    {
        await using var call = Channel.Open(EchoMethods.Duplex);
        for (var i = 0; i < 50; i++)
        {
            await call.WriteAsync(new Ping { Text = $"{i}" });
            (await call.ReadAsync())!.Text.ShouldBe($"{i}");
        }

        await call.CompleteAsync();
        (await call.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Duplex_ServerSpeaksFirst_HeadersComeBeforeAnyRequest()
    {
        Service.Services.Duplex(EchoMethods.Unbound, async (requests, responses, context) =>
        {
            await context.WriteHeadersAsync(RpcMetadata.Empty.With("hello", "there"));
            await responses.WriteAsync(new Pong { Text = "first" });
            (await requests.ReadAsync()).ShouldBeNull();
        });
        await using var call = Channel.Open(EchoMethods.Unbound);
        (await Waiting.Or(call.ResponseHeadersAsync().AsTask(), "headers")).Get("hello").ShouldBe("there");
        (await call.ReadAsync())!.Text.ShouldBe("first");
        await call.CompleteAsync();
        (await call.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Write_MessageChangedAfterwards_OtherSideKeepsItsCopy()
    {
        await using var call = Channel.Open(EchoMethods.ClientStream);
        var request = new Ping { Text = "a" };
        await call.WriteAsync(request);
        request.Text = "b";
        await call.WriteAsync(request);
        request.Text = "c";
        await call.CompleteAsync();
        (await call.ReadAsync())!.Text.ShouldBe("ab");
    }

    [Theory]
    [InlineData(RpcStatusCode.NotFound, "no such key: 'ä' 100%\n")]
    [InlineData(RpcStatusCode.Unauthenticated, "")]
    public async Task Fail_HandlerThrowsStatus_ClientGetsCodeAndText(RpcStatusCode code, string text)
    {
        var failure = await Waiting.Failure(
            Channel.UnaryAsync(EchoMethods.Fail, new Ping { Count = (int)code, Text = text }), "the status");
        failure.Code.ShouldBe(code);
        failure.Detail.ShouldBe(text);
        Service.Ended.ShouldContain((EchoMethods.Fail.Path, code));
    }

    [Fact]
    public async Task Fail_AfterResponses_ResponsesComeFirst()
    {
        Service.Services.Duplex(EchoMethods.Unbound, async (_, responses, _) =>
        {
            await responses.WriteAsync(new Pong { Number = 1 });
            throw new RpcException(RpcStatusCode.DataLoss, "torn", RpcMetadata.Empty.With("where", "here"));
        });
        await using var call = Channel.Open(EchoMethods.Unbound);
        (await call.ReadAsync())!.Number.ShouldBe(1);
        var failure = await Waiting.Failure(call.ReadAsync(), "the status");
        failure.Code.ShouldBe(RpcStatusCode.DataLoss);
        failure.Trailers.Get("where").ShouldBe("here");
        call.Trailers.Get("where").ShouldBe("here");
        (await Waiting.Failure(call.ReadAsync(), "the status again")).Code.ShouldBe(RpcStatusCode.DataLoss);
    }

    [Fact]
    public async Task Fail_HandlerThrowsAnything_ClientLearnsNothingAndTheHookEverything()
    {
        Service.Services.Unary(EchoMethods.Unbound, (_, _) => throw new FormatException("secret"));
        var failure = await Waiting.Failure(Channel.UnaryAsync(EchoMethods.Unbound, new Ping()), "the status");
        failure.Code.ShouldBe(RpcStatusCode.Unknown);
        failure.Message.ShouldNotContain("secret");
        Service.Failures.ShouldContain(f => f.Method == EchoMethods.Unbound.Path && f.Exception is FormatException);
    }

    [Fact]
    public async Task Open_UnknownMethod_IsUnimplemented()
    {
        var failure = await Waiting.Failure(Channel.UnaryAsync(EchoMethods.Unbound, new Ping()), "the status");
        failure.Code.ShouldBe(RpcStatusCode.Unimplemented);
        failure.Detail.ShouldContain(EchoMethods.Unbound.Path);
        Service.Ended.ShouldContain((RpcServices.UnknownMethod, RpcStatusCode.Unimplemented));
    }

    [Fact]
    public async Task Unary_HandlerEndsWithoutResponse_IsInternal()
    {
        Service.Services.Duplex(EchoMethods.Unbound, (_, _, _) => default);
        (await Waiting.Failure(Channel.UnaryAsync(EchoMethods.Unbound, new Ping()), "the status"))
            .Code.ShouldBe(RpcStatusCode.Internal);
    }

    [Fact]
    public async Task Unary_NoRequestBeforeHalfClose_IsInternal()
    {
        await using var call = Channel.Open(EchoMethods.Unary);
        await call.CompleteAsync();
        (await Waiting.Failure(call.ReadAsync(), "the status")).Code.ShouldBe(RpcStatusCode.Internal);
    }

    [Fact]
    public async Task Deadline_Passes_EndsBothSides()
    {
        var call = Channel.UnaryAsync(EchoMethods.Hang, new Ping(), new() { Timeout = TimeSpan.FromSeconds(30) });
        await Waiting.For(Service.Hanging, "the handler's start");
        Time.Advance(TimeSpan.FromSeconds(29));
        call.IsCompleted.ShouldBeFalse();
        Time.Advance(TimeSpan.FromSeconds(1));
        (await Waiting.Failure(call, "the deadline")).Code.ShouldBe(RpcStatusCode.DeadlineExceeded);
        await Waiting.For(Service.Released, "the handler's cancellation");
        await Waiting.Until(() => Service.Services.ActiveCalls == 0, "the end of the handler");
        Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Deadline_HasPassedAtOpen_FailsAtOnce() =>
        (await Waiting.Failure(
            Channel.UnaryAsync(EchoMethods.Hang, new Ping(), new() { Timeout = TimeSpan.Zero }), "the deadline"))
        .Code.ShouldBe(RpcStatusCode.DeadlineExceeded);

    [Fact]
    public async Task Deadline_OnTheServer_IsWhatTheClientSaid()
    {
        await Channel.UnaryAsync(EchoMethods.Unary, new Ping(), new() { Timeout = TimeSpan.FromMinutes(3) });
        Service.LastTimeLeft.ShouldBe(TimeSpan.FromMinutes(3));
        Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Cancel_ByTheCaller_ThrowsToItAndCancelsTheHandler()
    {
        using var cancel = new CancellationTokenSource();
        var call = Channel.UnaryAsync(EchoMethods.Hang, new Ping(), cancellationToken: cancel.Token).AsTask();
        await Waiting.For(Service.Hanging, "the handler's start");
        await cancel.CancelAsync();
        var thrown = await Should.ThrowAsync<OperationCanceledException>(Waiting.Or(call, "the cancellation"));
        thrown.CancellationToken.ShouldBe(cancel.Token);
        await Waiting.For(Service.Released, "the handler's cancellation");
        await Waiting.Until(() => Service.Ended.Contains((EchoMethods.Hang.Path, RpcStatusCode.Cancelled)), "its end");
        Service.Services.ActiveCalls.ShouldBe(0);
    }

    [Fact]
    public async Task Cancel_OneReadOfACall_EndsTheCall()
    {
        await using var call = Channel.Open(EchoMethods.Duplex);
        using var cancel = new CancellationTokenSource();
        var read = call.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(Waiting.Or(read, "the cancellation"));
        await Should.ThrowAsync<OperationCanceledException>(async () => await call.WriteAsync(new Ping()));
    }

    [Fact]
    public async Task Cancel_BeforeOpen_NeverReachesTheHandler()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await Channel.UnaryAsync(EchoMethods.Unary, new Ping(), cancellationToken: cancelled));
        await Channel.UnaryAsync(EchoMethods.Unary, new Ping());
        Service.Ended.ToArray().ShouldBe([(EchoMethods.Unary.Path, RpcStatusCode.OK)]);
    }

    [Fact]
    public async Task Dispose_BeforeTheEnd_CancelsTheHandlerAndItsOwnReader()
    {
        var call = Channel.Open(EchoMethods.Hang);
        await call.WriteAsync(new Ping());
        await call.CompleteAsync();
        var read = call.ReadAsync();
        await Waiting.For(Service.Hanging, "the handler's start");
        await call.DisposeAsync();
        (await Waiting.Failure(read, "the reader's end")).Code.ShouldBe(RpcStatusCode.Cancelled);
        await Waiting.For(Service.Released, "the handler's cancellation");
    }

    [Fact]
    public async Task Dispose_WhileTheHandlerReads_CancelsTheRead()
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Service.Services.Duplex(EchoMethods.Unbound, async (requests, _, _) =>
        {
            try
            {
                await requests.ReadAsync();
                await requests.ReadAsync();
                ended.SetResult(null);
            }
            catch (Exception exception)
            {
                ended.SetResult(exception);
                throw;
            }
        });
        var call = Channel.Open(EchoMethods.Unbound);
        await call.WriteAsync(new Ping());
        await call.DisposeAsync();
        (await Waiting.Or(ended.Task, "the end of the read")).ShouldBeAssignableTo<OperationCanceledException>();
        await Waiting.Until(
            () => Service.Ended.Contains((EchoMethods.Unbound.Path, RpcStatusCode.Cancelled)), "the call's end");
    }

    [Fact]
    public async Task Flow_ClientDoesNotRead_TheHandlerWaits()
    {
        var written = 0;
        var ended = new SemaphoreSlim(0);
        Service.Services.Duplex(EchoMethods.Unbound, async (_, responses, context) =>
        {
            try
            {
                while (true)
                {
                    await responses.WriteAsync(new Pong { Payload = ByteString.CopyFrom(new byte[64 * 1024]) });
                    Interlocked.Increment(ref written);
                }
            }
            finally
            {
                ended.Release();
            }
        });
        await using (var call = Channel.Open(EchoMethods.Unbound))
        {
            await call.ReadAsync();
            var before = -1;
            await Waiting.Until(() => before == (before = Volatile.Read(ref written)), "the writer to stand still");
            before.ShouldBeLessThan(1_000);
        }

        await Waiting.For(ended, "the end of a writer that was waiting");
    }

    [Fact]
    public async Task Write_AfterTheServerEnded_GetsTheStatus()
    {
        Service.Services.Duplex(EchoMethods.Unbound, (_, _, _) =>
            throw new RpcException(RpcStatusCode.PermissionDenied, "not you"));
        await using var call = Channel.Open(EchoMethods.Unbound);
        (await Waiting.Failure(call.ReadAsync(), "the status")).Code.ShouldBe(RpcStatusCode.PermissionDenied);
        (await Should.ThrowAsync<RpcException>(async () => await call.WriteAsync(new Ping())))
            .Code.ShouldBe(RpcStatusCode.PermissionDenied);
    }

    [Fact]
    public async Task Cancel_AThousandCalls_LeavesNothingBehind()
    {
        for (var round = 0; round < 20; round++)
        {
            using var cancel = new CancellationTokenSource();
            var options = new RpcCallOptions { Timeout = TimeSpan.FromHours(1) };
            var calls = Enumerable.Range(0, 50)
                .Select(_ => Channel.UnaryAsync(EchoMethods.Hang, new Ping(), options, cancel.Token).AsTask())
                .ToList();
            if (round % 2 == 0)
                await Waiting.For(Service.Hanging, "a handler's start");
            await cancel.CancelAsync();
            foreach (var call in calls)
                await Should.ThrowAsync<OperationCanceledException>(Waiting.Or(call, "a cancellation"));
        }

        await Waiting.Until(() => Service.Services.ActiveCalls == 0, "the end of all handlers");
        await Waiting.Until(() => Time.ArmedTimers == 0, "the end of all timers");
        (await Channel.UnaryAsync(EchoMethods.Unary, new Ping { Text = "still here" })).Text.ShouldBe("still here");
        ActiveClientCalls.ShouldBe(0);
    }

    private protected virtual int ActiveClientCalls => 0;
}
