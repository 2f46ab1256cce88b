using System.Diagnostics;
using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Benchmarking.Http2;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>One watch stream with its watchers, made one after the other. Called back under the lock of its
/// channel.</summary>
internal sealed class WatchStream : ICallReceiver
{
    private readonly CallChannel channel;
    private readonly IReadOnlyList<byte[]> keys;
    private readonly WatchCounts counts;
    private readonly bool previous;
    private readonly ClientStream stream;
    private readonly TaskCompletionSource created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int asked;
    private long askedAt;

    /// <param name="channel">Carries it.</param>
    /// <param name="keys">The key of each watcher.</param>
    /// <param name="previous">Whether events bring the value from before.</param>
    /// <param name="counts">Where everything is recorded.</param>
    public WatchStream(CallChannel channel, IReadOnlyList<byte[]> keys, bool previous, WatchCounts counts)
    {
        this.channel = channel;
        this.keys = keys;
        this.previous = previous;
        this.counts = counts;
        stream = new ClientStream(this);
    }

    /// <summary>Opens the stream and completes when all watchers are there.
    /// <exception cref="RpcException">The stream ended, or a watcher was refused.</exception></summary>
    public Task CreateAsync()
    {
        if (!channel.Start(stream, EtcdMethods.Watch.Path, Request(), isOnly: false))
        {
            created.TrySetException(
                new RpcException(RpcStatusCode.Unavailable, $"{channel.Target}: the connection is closed"));
        }

        return created.Task;
    }

    public void Close() => channel.Cancel(stream);

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        var now = Stopwatch.GetTimestamp();
        var response = new WatchResponseReader(message);
        if (response.IsCanceled)
        {
            Fail(new CallStatus(RpcStatusCode.Cancelled, $"a watcher was cancelled: {response.CancelReason}"));
            return;
        }

        if (response.IsCreated)
        {
            counts.Created.Record(askedAt, now, CallStatus.Ok);
            if (asked < keys.Count)
                channel.Write(stream, Request());
            else
                created.TrySetResult();
        }

        while (response.NextEvent())
            counts.OnEvent(response.Value, now);
    }

    public void OnEnd(CallStatus status) =>
        Fail(status.IsOk ? CallStatus.Unavailable("the server ended a watch stream") : status);

    private void Fail(CallStatus status)
    {
        if (!created.TrySetException(new RpcException(status.Code, status.Message)))
            counts.OnStreamEnded(status);
    }

    private byte[] Request()
    {
        askedAt = Stopwatch.GetTimestamp();
        return new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = UnsafeByteOperations.UnsafeWrap(keys[asked++]),
                PrevKv = previous,
            },
        }.ToByteArray();
    }
}
