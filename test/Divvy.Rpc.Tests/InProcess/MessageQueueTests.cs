using Divvy.Rpc.InProcess;

namespace Divvy.Rpc.Tests.InProcess;

public sealed class MessageQueueTests
{
    private readonly MessageQueue<string> queue = new();

    [Fact]
    public async Task Write_WindowFull_WaitsForARead()
    {
        for (var i = 0; i < MessageQueue<string>.Window; i++)
            queue.WriteAsync($"{i}").IsCompletedSuccessfully.ShouldBeTrue();
        var waiting = queue.WriteAsync("last");
        waiting.IsCompleted.ShouldBeFalse();
        for (var i = 0; i < MessageQueue<string>.Window; i++)
            (await queue.ReadAsync()).ShouldBe($"{i}");
        (await waiting).ShouldBeTrue();
        (await queue.ReadAsync()).ShouldBe("last");
    }

    [Fact]
    public async Task Read_Empty_WaitsForAWrite()
    {
        for (var round = 0; round < 3; round++)
        {
            var read = queue.ReadAsync();
            read.IsCompleted.ShouldBeFalse();
            (await queue.WriteAsync("x")).ShouldBeTrue();
            (await read).ShouldBe("x");
        }
    }

    [Fact]
    public async Task Complete_WithMessages_TheyAreReadFirst()
    {
        await queue.WriteAsync("a");
        await queue.WriteAsync("b");
        queue.Complete();
        (await queue.WriteAsync("c")).ShouldBeFalse();
        (await queue.ReadAsync()).ShouldBe("a");
        (await queue.ReadAsync()).ShouldBe("b");
        (await queue.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Abort_WithMessagesAndAWriter_DropsAndReleases()
    {
        for (var i = 0; i < MessageQueue<string>.Window; i++)
            await queue.WriteAsync("x");
        var waiting = queue.WriteAsync("y");
        queue.Abort();
        (await waiting).ShouldBeFalse();
        (await queue.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Abort_WithAReader_ReleasesIt()
    {
        var read = queue.ReadAsync();
        queue.Abort();
        (await read).ShouldBeNull();
    }

    [Fact]
    public async Task GiveUpReading_ThenWrite_LosesNothing()
    {
        var read = queue.ReadAsync();
        queue.GiveUpReading();
        (await read).ShouldBeNull();
        await queue.WriteAsync("kept");
        queue.GiveUpReading();
        (await queue.ReadAsync()).ShouldBe("kept");
    }

    [Fact]
    public async Task Two_AtOnce_AreRefused()
    {
        var read = queue.ReadAsync();
        Should.Throw<InvalidOperationException>(() => queue.ReadAsync());
        await queue.WriteAsync("x");
        (await read).ShouldBe("x");
        for (var i = 0; i < MessageQueue<string>.Window; i++)
            await queue.WriteAsync("x");
        var write = queue.WriteAsync("y");
        Should.Throw<InvalidOperationException>(() => queue.WriteAsync("z"));
        queue.Abort();
        (await write).ShouldBeFalse();
    }

    [Fact]
    public async Task Threads_WriterAndReader_SeeEveryMessageInOrder()
    {
        const int Count = 100_000;
        var writer = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
                (await queue.WriteAsync($"{i}")).ShouldBeTrue();
            queue.Complete();
        });
        var next = 0;
        while (await queue.ReadAsync() is { } message)
            message.ShouldBe($"{next++}");
        next.ShouldBe(Count);
        await writer;
    }
}
