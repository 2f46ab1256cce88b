using System.Threading.Channels;
using Divvy.Client.Hosting;
using Divvy.Client.Tests.Servers;

namespace Divvy.Client.Tests.Hosting;

/// <summary>Notes the calls it gets; a test may make a call fail, wait or answer.</summary>
internal sealed class RecordingHandler : IShardHandler
{
    private readonly Channel<(string Call, ShardContext Shard)> calls =
        Channel.CreateUnbounded<(string Call, ShardContext Shard)>();

    public Func<ShardContext, CancellationToken, Task> OnPrepareAdd { get; set; } = (_, _) => Task.CompletedTask;

    public Func<ShardContext, HandOver?, CancellationToken, Task> OnAdd { get; set; } = (_, _, _) => Task.CompletedTask;

    public Func<ShardContext, CancellationToken, Task<HandOver?>> OnPrepareDrop { get; set; } =
        (_, _) => Task.FromResult<HandOver?>(null);

    public Func<Task> OnDrop { get; set; } = () => Task.CompletedTask;

    public async ValueTask PrepareAddAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        calls.Writer.TryWrite(("prepare-add", shard));
        await OnPrepareAdd(shard, cancellationToken);
    }

    public async ValueTask AddAsync(ShardContext shard, HandOver? state, CancellationToken cancellationToken)
    {
        calls.Writer.TryWrite(("add", shard));
        await OnAdd(shard, state, cancellationToken);
    }

    public async ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        calls.Writer.TryWrite(("prepare-drop", shard));
        return await OnPrepareDrop(shard, cancellationToken);
    }

    public async ValueTask DropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        calls.Writer.TryWrite(("drop", shard));
        await OnDrop();
    }

    /// <summary>The next call, which must be this one.</summary>
    public async Task<ShardContext> ExpectAsync(string call)
    {
        var next = await Eventually.Get(calls.Reader, $"the handler call {call}");
        next.Call.ShouldBe(call);
        return next.Shard;
    }
}
