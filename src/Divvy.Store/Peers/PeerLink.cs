using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>This member's way to one other: keeps a connection up as long as that one belongs to the cluster, tries its
/// URLs in turn and waits a little longer after each round that failed. While there is no connection, what is sent is
/// dropped: Raft's state moves on, and what would wait here would be stale when it arrives.</summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private readonly PeerLinkContext context;
    private readonly UnreachableReport unreachable;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationToken stopped;
    private readonly Task running;
    private PeerAddress peer;
    private OutboundConnection? live;
    private Uri? liveUrl;
    private Task sending = Task.CompletedTask;
    private int snapshotting;
    private string state = "it was not connected yet";
    private TaskCompletionSource nudge = NewNudge();

    public PeerLink(PeerAddress peer, PeerLinkContext context)
    {
        this.peer = peer;
        this.context = context;
        stopped = stopping.Token;
        Counters = context.CountersOf(peer.Id);
        unreachable = new UnreachableReport(context.Receiver, peer.Id);
        running = Task.Run(RunAsync);
    }

    public PeerCounters Counters { get; }

    public PeerAddress Peer => Volatile.Read(ref peer);

    /// <summary>Takes a message to be sent, or drops it and has that reported.</summary>
    public void Send(Message message)
    {
        var size = MessageCodec.SizeBound(message);
        if (size > context.Options.Limits.FrameBytes || message.Entries.Length > MessageCodec.MaxEntries)
            context.Logger.MessageTooLarge(message.Kind, Peer.Label, size, context.Options.Limits.FrameBytes);
        else if (Volatile.Read(ref live)?.Lanes.Offer(OutgoingFrame.Raft(message, (int)size)) is { } offered)
        {
            // A full lane has counted the failure itself.
            if (!offered)
                unreachable.Report();
            return;
        }

        Counters.CountSendFailure();
        unreachable.Report();
    }

    public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        Volatile.Read(ref live) is { } connection
            ? connection.RequestAsync(request, cancellationToken)
            : throw new PeerUnavailableException($"member {Peer.Label} is not connected: {Volatile.Read(ref state)}");

    /// <summary>Begins to send a snapshot; false when one is being sent.</summary>
    public bool TrySendSnapshot(Message install, ISnapshotSource source)
    {
        if (Interlocked.CompareExchange(ref snapshotting, 1, 0) != 0)
            return false;
        sending = Task.Run(() => SendSnapshotAsync(install, source));
        return true;
    }

    /// <summary>Takes another address; a connection to one that is no longer told is made anew.</summary>
    public void Update(PeerAddress address)
    {
        Volatile.Write(ref peer, address);
        if (Volatile.Read(ref liveUrl) is { } url && !address.Urls.Contains(url))
            Volatile.Read(ref live)?.End($"{url} is no longer one of its URLs");
        Nudge();
    }

    /// <summary>The member is known to live: no need to wait before the next attempt.</summary>
    public void Nudge() => Volatile.Read(ref nudge).TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        await sending.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var rounds = 0;
        while (!stopped.IsCancellationRequested)
        {
            var reasons = new List<string>();
            foreach (var url in Peer.Urls)
            {
                if (await ConnectOnceAsync(url, reasons).ConfigureAwait(false))
                {
                    rounds = 0;
                    reasons.Clear();
                    break;
                }
            }

            if (reasons.Count > 0)
                ReportDown(string.Join("; ", reasons));
            await WaitAsync(rounds++).ConfigureAwait(false);
        }
    }

    /// <summary>True when there was a connection, which has ended since.</summary>
    private async Task<bool> ConnectOnceAsync(Uri url, List<string> reasons)
    {
        try
        {
            using var dialed = await context.Dialer.DialAsync(url, context.HelloTo(Peer), stopped)
                .ConfigureAwait(false);
            if (RefusalOf(dialed.Answer, url) is { } refusal)
            {
                reasons.Add(refusal);
                return false;
            }

            ReportDown(await RunConnectionAsync(dialed, url).ConfigureAwait(false));
            return true;
        }
        catch (PeerUnavailableException failure)
        {
            reasons.Add(failure.Message);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The loop sees it too.
        }

        return false;
    }

    private async Task<string> RunConnectionAsync(DialedPeer dialed, Uri url)
    {
        dialed.Reader.MaxPayload = context.Options.Limits.FrameBytes;
        using var frames = new FrameConnection(dialed.Socket, dialed.Reader, context.Options, context.Time, Counters);
        var connection = new OutboundConnection(frames, Peer, context.Options, context.Time, context.Observer);
        Volatile.Write(ref liveUrl, url);
        Volatile.Write(ref live, connection);
        Volatile.Write(ref state, "");
        context.Logger.Connected(Peer.Label, url);
        context.Observer?.Connected(Peer.Id);
        try
        {
            return await connection.RunAsync(stopped).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref live, null);
            Volatile.Write(ref liveUrl, null);
        }
    }

    private string? RefusalOf(HelloAnswer answer, Uri url)
    {
        var expected = Peer.Id;
        if (answer.Status == HelloStatus.Removed)
            context.Observer?.RemovedFromCluster(expected);
        if (answer.Status is HelloStatus.Accepted or HelloStatus.WrongCluster or HelloStatus.WrongMember
            && (answer.ClusterId != context.Options.ClusterId || answer.Member != expected))
        {
            return $"the peer at {url} says it is member {answer.Member} of cluster {answer.ClusterId:x},"
                + $" expected member {Peer.Label} of cluster {context.Options.ClusterId:x}";
        }

        return answer.Status == HelloStatus.Accepted ? null : $"the peer at {url} refused: {answer.Reason}";
    }

    private void ReportDown(string reason)
    {
        if (stopped.IsCancellationRequested)
            return;
        unreachable.Report();
        if (Interlocked.Exchange(ref state, reason) == reason)
            return;
        context.Logger.Disconnected(Peer.Label, reason);
        context.Observer?.Disconnected(Peer.Id, reason);
    }

    private async Task WaitAsync(int rounds)
    {
        var wait = context.Backoff(rounds);
        var nudged = Volatile.Read(ref nudge).Task.WaitAsync(wait, context.Time, stopped);
        await nudged.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (nudged.IsCompletedSuccessfully)
            Volatile.Write(ref nudge, NewNudge());
    }

    private async Task SendSnapshotAsync(Message install, ISnapshotSource source)
    {
        Counters.CountSnapshotBegin();
        var failure = await TrySendSnapshotAsync(install, source).ConfigureAwait(false);
        Counters.CountSnapshotSent(failure is null);
        if (failure is null)
            context.Logger.SnapshotSent(Peer.Label, install.Snapshot!.Last);
        else
            context.Logger.SnapshotNotSent(Peer.Label, install.Snapshot!.Last, failure);
        Volatile.Write(ref snapshotting, 0);
        context.Receiver.SnapshotSent(Peer.Id, failure is null);
    }

    private async Task<string?> TrySendSnapshotAsync(Message install, ISnapshotSource source)
    {
        try
        {
            await using (source.ConfigureAwait(false))
            {
                var content = await source.OpenAsync(stopped).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                {
                    return Volatile.Read(ref live) is { } connection
                        ? await connection.SendSnapshotAsync(install, content, stopped).ConfigureAwait(false)
                        : $"it is not connected: {Volatile.Read(ref state)}";
                }
            }
        }
        catch (OperationCanceledException)
        {
            return "this member stops, or the other one left";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException
            or InvalidOperationException)
        {
            return $"the snapshot cannot be opened: {failure.Message}";
        }
    }

    private static TaskCompletionSource NewNudge() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
