using Divvy.Client.Hosting;

namespace Divvy.Cli.Demo;

/// <summary>A shard without any state. It takes its time where a real one would load and store.</summary>
internal sealed class DemoHandler(TimeSpan prepareDelay, TimeSpan yieldDelay) : IShardHandler
{
    public async ValueTask PrepareAddAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        if (prepareDelay > TimeSpan.Zero)
            await Task.Delay(prepareDelay, cancellationToken);
    }

    public async ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        if (yieldDelay > TimeSpan.Zero)
            await Task.Delay(yieldDelay, cancellationToken);
        return null;
    }
}
