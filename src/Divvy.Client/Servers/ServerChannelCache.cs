using System.Collections.Concurrent;

namespace Divvy.Client.Servers;

/// <summary>One set of channels for each list of servers an application names, shared by its host and its routers,
/// disposed with the application.</summary>
internal sealed class ServerChannelCache : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ServerChannels>> sets = new(StringComparer.Ordinal);

    public ServerChannels Get(IEnumerable<Uri> servers)
    {
        Uri[] list = [.. servers];
        return sets.GetOrAdd(
            string.Join(' ', list.Select(server => server.AbsoluteUri)),
            _ => new Lazy<ServerChannels>(() => ServerChannels.Connect(list))).Value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var set in sets.Values.Where(set => set.IsValueCreated))
            await set.Value.DisposeAsync().ConfigureAwait(false);
    }
}
