using System.Threading.Channels;
using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Tests.Peers;

/// <summary>A member that writes down what its transport tells it.</summary>
internal sealed class RecordingReceiver : IPeerReceiver
{
    private readonly Channel<Message> messages = Channel.CreateUnbounded<Message>();
    private readonly Channel<(Message Install, string Path)> snapshots =
        Channel.CreateUnbounded<(Message, string)>();
    private readonly Channel<(NodeId Peer, bool Succeeded)> sent = Channel.CreateUnbounded<(NodeId, bool)>();
    private readonly Channel<NodeId> unreachable = Channel.CreateUnbounded<NodeId>();

    public Func<NodeId, ReadOnlyMemory<byte>, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> Answer { get; set; } =
        static (_, request, _) => ValueTask.FromResult(request);

    /// <summary>Called with each message on the reader's thread.</summary>
    public Action<Message> OnMessage { get; set; } = static _ => { };

    public int Unreachables { get; private set; }

    public void Receive(Message message)
    {
        OnMessage(message);
        messages.Writer.TryWrite(message);
    }

    /// <summary>Why snapshots cannot be used; null: they can.</summary>
    public string? RefusesSnapshots { get; set; }

    public string? ReceiveSnapshot(Message install, string path)
    {
        snapshots.Writer.TryWrite((install, path));
        return RefusesSnapshots;
    }

    public void Unreachable(NodeId peer)
    {
        Unreachables++;
        unreachable.Writer.TryWrite(peer);
    }

    public void SnapshotSent(NodeId peer, bool succeeded) => sent.Writer.TryWrite((peer, succeeded));

    public ValueTask<ReadOnlyMemory<byte>> AnswerAsync(
        NodeId from, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        Answer(from, request, cancellationToken);

    public Task<Message> NextMessageAsync(string what = "a message") =>
        Wait.For(messages.Reader.ReadAsync().AsTask(), what);

    public Task<(Message Install, string Path)> NextSnapshotAsync() =>
        Wait.For(snapshots.Reader.ReadAsync().AsTask(), "a snapshot");

    public Task<(NodeId Peer, bool Succeeded)> NextSentAsync() =>
        Wait.For(sent.Reader.ReadAsync().AsTask(), "how a snapshot's sending ended");

    public Task<NodeId> NextUnreachableAsync() =>
        Wait.For(unreachable.Reader.ReadAsync().AsTask(), "that a peer is unreachable");

    public bool HasMessages => messages.Reader.Count > 0;

    public bool HasSnapshots => snapshots.Reader.Count > 0;
}
