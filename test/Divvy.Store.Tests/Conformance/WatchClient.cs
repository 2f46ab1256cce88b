using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Tests.Conformance;

/// <summary>One watch stream. Reads fail with what was missing when the server does not send it.</summary>
public sealed class WatchClient : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly RpcCall<WatchRequest, WatchResponse> call;

    private WatchClient(RpcCall<WatchRequest, WatchResponse> call) => this.call = call;

    public static Task<WatchClient> OpenAsync(IRpcChannel channel) =>
        Task.FromResult(new WatchClient(channel.Open(EtcdMethods.Watch)));

    /// <summary>Creates a watch and returns the answer, whether it was created or refused.</summary>
    public async Task<WatchResponse> CreateAsync(WatchCreateRequest request)
    {
        await call.WriteAsync(new WatchRequest { CreateRequest = request });
        return await ReadAsync("the answer to a create");
    }

    public async Task CancelAsync(long watchId) =>
        await call.WriteAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = watchId } });

    public async Task RequestProgressAsync() =>
        await call.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });

    public async Task<WatchResponse> ReadAsync(string what)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            return await call.ReadAsync(limit.Token)
                ?? throw new InvalidOperationException($"the watch stream ended before {what}");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the watch stream did not bring {what}");
        }
    }

    /// <summary>Reads until so many events came, of whatever watch.</summary>
    public async Task<List<Event>> EventsAsync(int count)
    {
        var events = new List<Event>();
        while (events.Count < count)
            events.AddRange((await ReadAsync($"event {events.Count + 1} of {count}")).Events);
        events.Count.ShouldBe(count);
        return events;
    }

    public ValueTask DisposeAsync() => call.DisposeAsync();
}
