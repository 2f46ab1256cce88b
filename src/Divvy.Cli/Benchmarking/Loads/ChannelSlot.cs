using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>
/// One connection of a load, made again when it is lost.
///
/// The calls under way on a lost connection fail. Then the connection is dialled again; the clients that share it wait
/// meanwhile, and each attempt that fails costs each of them a request, as it would cost a caller. When
/// <see cref="GiveUpAfter"/> has passed the clients give up, so that a run ends even if its server never comes back.
/// Thread-safe.
/// </summary>
internal sealed class ChannelSlot : IAsyncDisposable
{
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly List<LoadClient> parked = [];
    private readonly CancellationTokenSource disposed = new();
    private readonly ChannelDialer dialer;
    private readonly Uri endpoint;
    private CallChannel channel;
    private Task dialing = Task.CompletedTask;
    private bool isDialing;
    private bool hasGivenUp;

    private ChannelSlot(ChannelDialer dialer, Uri endpoint, CallChannel channel)
    {
        this.dialer = dialer;
        this.endpoint = endpoint;
        this.channel = channel;
    }

    public CallChannel Channel => Volatile.Read(ref channel);

    /// <exception cref="IOException">The endpoint cannot be reached.</exception>
    public static async Task<ChannelSlot> DialAsync(
        ChannelDialer dialer, Uri endpoint, CancellationToken cancellationToken) =>
        new(dialer, endpoint, await dialer.DialAsync(endpoint, cancellationToken));

    /// <summary>Takes a client whose call found the connection closed, until there is a new one.</summary>
    public void Park(LoadClient client)
    {
        var isHopeless = false;
        lock (gate)
        {
            isHopeless = hasGivenUp || disposed.IsCancellationRequested;
            if (!isHopeless)
                parked.Add(client);
            if (!isHopeless && !isDialing)
            {
                isDialing = true;
                dialing = Task.WhenAll(dialing, Task.Run(RedialAsync));
            }
        }

        if (isHopeless)
            client.GiveUp(CallStatus.Unavailable($"{endpoint.Authority}: the connection is lost for good"));
    }

    public async ValueTask DisposeAsync()
    {
        await disposed.CancelAsync();
        await dialing;
        await Channel.DisposeAsync();
        disposed.Dispose();
    }

    private async Task RedialAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var fresh = await dialer.DialAsync(endpoint, disposed.Token);
                var old = Interlocked.Exchange(ref channel, fresh);
                foreach (var client in Unpark(isOver: true))
                    client.Send();
                await RetireAsync(old);
                return;
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                var isOver = disposed.IsCancellationRequested
                    || TimeProvider.System.GetElapsedTime(since) > GiveUpAfter;
                var status = CallStatus.Unavailable(failure.Message);
                foreach (var client in Unpark(isOver, givesUp: isOver))
                {
                    if (isOver)
                        client.GiveUp(status);
                    else
                        client.Refuse(status);
                }

                if (isOver)
                    return;
                await Task.Delay(pause, CancellationToken.None);
            }
        }
    }

    /// <summary>A connection that the server asked to leave still answers the calls under way on it.</summary>
    private async Task RetireAsync(CallChannel old)
    {
        try
        {
            await old.Closed.WaitAsync(GiveUpAfter, disposed.Token);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            // It is closed now, whatever is still under way on it.
        }

        await old.DisposeAsync();
    }

    private List<LoadClient> Unpark(bool isOver, bool givesUp = false)
    {
        lock (gate)
        {
            List<LoadClient> clients = [.. parked];
            parked.Clear();
            if (isOver)
                isDialing = false;
            hasGivenUp |= givesUp;
            return clients;
        }
    }
}
