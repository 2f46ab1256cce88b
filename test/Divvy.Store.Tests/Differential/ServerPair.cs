using Divvy.Rpc.Client;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Tests.Differential;

/// <summary>A fresh durable store and a fresh etcd, each behind a port, that are asked the same.</summary>
internal sealed class ServerPair : IAsyncDisposable
{
    private const int Shown = 400;

    private readonly TempDirectory folder;
    private readonly StoreHost store;
    private readonly EtcdProcess etcd;
    private readonly HttpChannel storeChannel;
    private readonly HttpChannel etcdChannel;
    private readonly Peer left;
    private readonly Peer right;

    private ServerPair(TempDirectory folder, StoreHost store, EtcdProcess etcd)
    {
        (this.folder, this.store, this.etcd) = (folder, store, etcd);
        storeChannel = new HttpChannel(store.Address);
        etcdChannel = new HttpChannel(new Uri(etcd.Endpoint));
        (left, right) = (new Peer(storeChannel), new Peer(etcdChannel));
    }

    /// <summary>The revision after the last request.</summary>
    public long Revision => right.Revision;

    public static async Task<ServerPair> StartAsync()
    {
        var folder = new TempDirectory();
        var store = await StoreHost.StartAsync(new EmbeddedStoreOptions
        {
            DataDirectory = folder.Path,
            // Small enough that snapshots are written and the log is cut while requests come.
            SnapshotBytes = 1 << 18,
        });
        return new ServerPair(folder, store, await EtcdProcess.StartNewAsync());
    }

    /// <summary>Null when both answer alike.</summary>
    public async Task<string?> FindDifferenceAsync(IMessage request)
    {
        var asked = new[] { left.AnswerAsync(request), right.AnswerAsync(request) };
        var (actual, expected) = ((await Task.WhenAll(asked))[0], asked[1].Result);
        if (actual == expected)
            return null;
        var same = actual.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"the store says\n  {Around(actual, same)}\netcd says\n  {Around(expected, same)}";
    }

    public async ValueTask DisposeAsync()
    {
        await left.DisposeAsync();
        await right.DisposeAsync();
        await storeChannel.DisposeAsync();
        await etcdChannel.DisposeAsync();
        await store.DisposeAsync();
        await etcd.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>What a watch heard is long: only where the texts part is shown.</summary>
    private static string Around(string text, int position)
    {
        var start = Math.Max(0, position - Shown);
        return text[start..Math.Min(text.Length, position + Shown)];
    }
}
