using System.Text;
using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>A connection another member opened: Raft messages, requests and snapshots come in; answers, pongs and
/// credit go back.</summary>
internal sealed class InboundConnection(FrameConnection connection, PeerAddress peer, PeerLinkContext context)
    : IFrameHandler
{
    private readonly AnswerDesk desk = new(
        connection.Lanes, context.Receiver, peer.Id, context.Options.Limits.ConcurrentAnswers, context.Time);

    private IncomingSnapshot? snapshot;
    private Task writing = Task.CompletedTask;

    public PeerAddress Peer => peer;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.RunAsync(this, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Read(ref snapshot)?.GiveUp("the connection ended");
            await writing.ConfigureAwait(false);
            await desk.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void End(string reason) => connection.End(reason);

    public void OnFrame(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        if (kind is FrameKind.Control or FrameKind.Log)
        {
            var message = MessageCodec.Read(payload, peer.Id, context.Options.Self);
            if (message.Kind == MessageKind.InstallSnapshot)
                throw new InvalidDataException("an InstallSnapshot message without the snapshot");
            context.Receiver.Receive(message);
            return;
        }

        var frame = Envelope.Read(payload);
        switch (kind)
        {
            case FrameKind.Ping:
                connection.Lanes.Offer(OutgoingFrame.Of(FrameKind.Pong, frame.Number));
                break;
            case FrameKind.Request:
                desk.Begin(frame);
                break;
            case FrameKind.SnapshotBegin:
                Begin(frame);
                break;
            case FrameKind.SnapshotChunk:
                Find(frame)?.Add(frame.Body);
                break;
            case FrameKind.SnapshotEnd:
                Find(frame)?.End(frame.Body);
                break;
            case FrameKind.SnapshotCancel:
                Find(frame)?.GiveUp("the sender gave it up");
                break;
            default:
                throw new InvalidDataException($"a frame of kind {kind} on a connection that gives answers only");
        }
    }

    public void OnTick() => Volatile.Read(ref snapshot)?.GiveUpIfStalled(context.Options.SnapshotStallTimeout);

    private IncomingSnapshot? Find(in Envelope frame) =>
        Volatile.Read(ref snapshot) is { } current && current.Number == frame.Number ? current : null;

    private void Begin(in Envelope frame)
    {
        var install = MessageCodec.Read(frame.Body, peer.Id, context.Options.Self);
        if (install is not { Kind: MessageKind.InstallSnapshot, Snapshot: not null })
            throw new InvalidDataException($"a snapshot announced by a message {install.Kind}");
        if (Volatile.Read(ref snapshot) is { } earlier)
            earlier.GiveUp("the sender began another one");
        var next = new IncomingSnapshot(frame.Number, install, connection.Lanes, context.Options, context.Time);
        Volatile.Write(ref snapshot, next);
        var before = writing;
        writing = Task.Run(() => TakeAsync(next, before));
    }

    private async Task TakeAsync(IncomingSnapshot incoming, Task before)
    {
        await before.ConfigureAwait(false);
        var counters = context.CountersOf(peer.Id);
        counters.CountSnapshotBegin();
        var (path, failure) = await incoming.RunAsync().ConfigureAwait(false);
        Interlocked.CompareExchange(ref snapshot, null, incoming);
        var last = incoming.Install.Snapshot!.Last;
        if (path is not null)
        {
            context.Logger.SnapshotReceived(peer.Label, last, incoming.Length);
            failure = context.Receiver.ReceiveSnapshot(incoming.Install, path);
        }

        counters.CountSnapshotReceived(failure is null);
        if (failure is null)
            context.Observer?.SnapshotReceived(peer.Id, incoming.Elapsed, incoming.Synchronising);
        else
            context.Logger.SnapshotNotReceived(peer.Label, last, failure);

        var reason = failure is null ? [] : Encoding.UTF8.GetBytes(failure);
        connection.Lanes.Offer(
            OutgoingFrame.Of(FrameKind.SnapshotResult, incoming.Number, failure is null ? 0UL : 1UL, reason));
    }
}
