using Divvy.Rpc;

namespace Divvy.Client.Etcd;

/// <summary>The way to one endpoint: its channel and the keepalive stream on it.</summary>
internal sealed class EtcdConnection(IRpcChannel channel, bool ownsChannel, TimeProvider timeProvider)
    : IAsyncDisposable
{
    public IRpcChannel Channel { get; } = channel;

    public string Target => Channel.Target;

    public LeaseRenewals Renewals { get; } = new(channel, timeProvider);

    public async ValueTask DisposeAsync()
    {
        await Renewals.DisposeAsync().ConfigureAwait(false);
        if (ownsChannel)
            await Channel.DisposeAsync().ConfigureAwait(false);
    }
}
