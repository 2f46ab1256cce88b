using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>A connection this member opened: Raft messages, requests and snapshots go out; answers, pongs and credit
/// come back.</summary>
internal sealed class OutboundConnection(
    FrameConnection connection,
    PeerAddress peer,
    PeerTransportOptions options,
    TimeProvider time,
    IPeerObserver? observer) : IFrameHandler
{
    private readonly PendingRequests requests = new();
    private OutgoingSnapshot? snapshot;
    private ulong snapshots;

    public OutgoingLanes Lanes => connection.Lanes;

    private string Label => $"member {peer.Label} at {connection.Remote}";

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var reason = "it failed";
        try
        {
            return reason = await connection.RunAsync(this, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            requests.End($"the connection to {Label} ended: {reason}");
            Volatile.Read(ref snapshot)?.Finish($"the connection ended: {reason}");
        }
    }

    public void End(string reason) => connection.End(reason);

    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        if (requests.Add(options.Limits.Requests) is not var (number, answer))
            throw new PeerUnavailableException($"{options.Limits.Requests} requests wait for {Label} already");
        var timeout = options.RequestTimeout;
        try
        {
            var extra = (ulong)timeout.TotalMilliseconds;
            if (!Lanes.Offer(OutgoingFrame.Of(FrameKind.Request, number, extra, request)))
                throw new PeerUnavailableException($"too many requests wait to be sent to {Label}, or it is gone");
            return await answer.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new PeerUnavailableException($"{Label} did not answer within {timeout.TotalSeconds:0.#} s");
        }
        finally
        {
            requests.Remove(number);
        }
    }

    /// <summary>Sends a snapshot; returns why it failed, null when it did not. One at a time.</summary>
    public async Task<string?> SendSnapshotAsync(Message install, Stream content, CancellationToken cancellationToken)
    {
        var transfer = new OutgoingSnapshot(++snapshots, Lanes, options.Limits.SnapshotWindow, time);
        Volatile.Write(ref snapshot, transfer);
        try
        {
            return await transfer.SendAsync(install, content, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref snapshot, null);
        }
    }

    public void OnFrame(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var frame = Envelope.Read(payload);
        var transfer = Volatile.Read(ref snapshot);
        if (transfer?.Number != frame.Number)
            transfer = null;
        switch (kind)
        {
            case FrameKind.Pong:
                observer?.RoundTrip(peer.Id, time.GetElapsedTime((long)frame.Number));
                break;
            case FrameKind.Answer:
                requests.Complete(frame, Label);
                break;
            case FrameKind.SnapshotCredit:
                transfer?.Grant(frame.Extra);
                break;
            case FrameKind.SnapshotResult:
                transfer?.Finish(OutgoingSnapshot.ResultOf(frame));
                break;
            default:
                throw new InvalidDataException($"a frame of kind {kind} on a connection that takes answers only");
        }
    }

    public void OnTick()
    {
        Lanes.Offer(OutgoingFrame.Of(FrameKind.Ping, (ulong)time.GetTimestamp()));
        Volatile.Read(ref snapshot)?.FinishIfStalled(options.SnapshotStallTimeout);
    }
}
