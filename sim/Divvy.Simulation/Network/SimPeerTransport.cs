using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Simulation.World;
using Divvy.Store.Disk;
using Divvy.Store.Replication;

namespace Divvy.Simulation.Network;

/// <summary>The way of one member to its peers. Raft's messages are datagrams, because Raft is to bear what happens to
/// those; questions and snapshots take a connection each. A peer's host is that of its first URL. A member that this
/// one has not heard of yet is answered where it came from, as the product's transport does: it may lead, and bring the
/// entry that added it.</summary>
/// <param name="network">The network.</param>
/// <param name="process">The member's process.</param>
/// <param name="self">The member.</param>
/// <param name="snapshots">Where snapshots that come are put.</param>
/// <param name="sent">Shown every message that is sent.</param>
internal sealed class SimPeerTransport(
    SimNetwork network, SimProcess process, NodeId self, IDisk snapshots, Action<Message> sent) : IPeerTransport
{
    private static readonly TimeSpan requestTimeout = TimeSpan.FromSeconds(5);

    private readonly SimRandom random = network.World.Fork($"peers of {process.Name} {process.Incarnation}");
    private readonly SortedDictionary<NodeId, string> hosts = [];
    private readonly SortedDictionary<NodeId, string> strangers = [];
    private readonly HashSet<NodeId> removed = [];
    private IPeerReceiver? receiver;
    private int received;

    private IPeerReceiver Receiver => receiver ?? throw new InvalidOperationException("the transport was not started");

    public void Start(IPeerReceiver receiver)
    {
        this.receiver = receiver;
        network.Listen(process, this);
    }

    public void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
        removed.UnionWith(hosts.Keys);
        hosts.Clear();
        foreach (var peer in peers)
        {
            hosts[peer.Id] = peer.Urls[0].Host;
            strangers.Remove(peer.Id);
            removed.Remove(peer.Id);
        }
    }

    public void Send(ImmutableArray<Message> messages)
    {
        foreach (var message in messages)
        {
            sent(message);
            if (HostOf(message.To) is { } host)
                Send(message, host);
        }
    }

    public void SendSnapshot(Message install, ISnapshotSource source) => _ = SendSnapshotAsync(install, source);

    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        NodeId to, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        if (HostOf(to) is not { } host)
            throw new PeerUnavailableException($"{to} is no peer");
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = network.Dial(process, host);
        connection.Broken += reason => answer.TrySetException(new PeerUnavailableException(reason));
        var copy = request.ToArray();
        connection.Send(copy.Length, far => Ask(far, to, copy, answer));
        try
        {
            return await answer.Task.WaitAsync(requestTimeout, process.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new PeerUnavailableException($"{to} did not answer in time");
        }
        finally
        {
            connection.Close();
        }
    }

    public ValueTask DisposeAsync()
    {
        hosts.Clear();
        return ValueTask.CompletedTask;
    }

    private void Send(Message message, string host)
    {
        network.World.Trace.Add(
            TraceKind.Network,
            process.Name,
            (long)((ulong)message.Kind ^ (message.Term.Value << 8) ^ (message.Log.Index.Value << 24)
                ^ (message.Context << 48)),
            () => $"to {host}: {message.Kind} {message.Term} {message.Log} +{message.Entries.Length}"
                + $" commit {message.Commit}{(message.Reject ? " rejected" : "")}");
        var bytes = 64L;
        foreach (var entry in message.Entries)
            bytes += (long)entry.Size;
        // A connection repeats nothing, and Raft relies on that for proposals: each is one entry.
        var mayRepeat = message.Kind != MessageKind.Propose;
        network.Send(process, host, bytes, Deliver, Refused, mayRepeat);

        void Deliver(SimProcess target)
        {
            if (Of(target, message.To) is { } other && other.Meet(self, process.Name))
                other.Receiver.Receive(message);
        }

        void Refused() => Receiver.Unreachable(message.To);
    }

    /// <summary>The member in a process, if it is the one that is meant and not its successor.</summary>
    private SimPeerTransport? Of(SimProcess target, NodeId wanted) =>
        network.ListenerOf<SimPeerTransport>(target) is { } other && other.Is(wanted) ? other : null;

    private bool Is(NodeId wanted) => wanted == self;

    private string? HostOf(NodeId peer) => hosts.GetValueOrDefault(peer) ?? strangers.GetValueOrDefault(peer);

    /// <summary>Another member reaches this one. False: it was removed from the cluster, and is not let in.</summary>
    private bool Meet(NodeId other, string host)
    {
        if (removed.Contains(other))
            return false;
        if (!hosts.ContainsKey(other))
            strangers[other] = host;
        return true;
    }

    private void Ask(ConnectionEnd far, NodeId to, byte[] request, TaskCompletionSource<byte[]> answer)
    {
        if (Of(far.Process, to) is { } other && other.Meet(self, process.Name))
            _ = other.AnswerAsync(far, self, request, answer);
        else
            far.Close();
    }

    private async Task AnswerAsync(
        ConnectionEnd connection, NodeId from, byte[] request, TaskCompletionSource<byte[]> answer)
    {
        try
        {
            var result = await Receiver.AnswerAsync(from, request, CancellationToken.None).ConfigureAwait(false);
            var copy = result.ToArray();
            connection.Send(copy.Length, _ => answer.TrySetResult(copy));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var text = failure.Message;
            connection.Send(text.Length, _ => answer.TrySetException(new PeerUnavailableException(text)));
        }
    }

    private async Task SendSnapshotAsync(Message install, ISnapshotSource source)
    {
        var succeeded = false;
        try
        {
            var content = await ReadAsync(source).ConfigureAwait(false);
            sent(install);
            if (HostOf(install.To) is { } host)
                succeeded = await SendSnapshotAsync(install with { From = self }, content, host).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The file cannot be read, or the other side does not hear: both are a snapshot that was not sent.
        }

        if (process.IsAlive)
            Receiver.SnapshotSent(install.To, succeeded);
    }

    private static async Task<byte[]> ReadAsync(ISnapshotSource source)
    {
        await using (source.ConfigureAwait(false))
        {
            var stream = await source.OpenAsync(CancellationToken.None).ConfigureAwait(false);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy).ConfigureAwait(false);
            return copy.ToArray();
        }
    }

    /// <summary>Sends it in pieces, so that it shares the link with what else goes over it.</summary>
    private async Task<bool> SendSnapshotAsync(Message install, byte[] content, string host)
    {
        const int piece = 16 << 10;
        var result = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = network.Dial(process, host);
        connection.Broken += _ => result.TrySetResult(false);
        for (var at = 0; at < content.Length; at += piece)
            connection.Send(Math.Min(piece, content.Length - at), static _ => { });
        connection.Send(64, far => far.Send(1, Take(far) ? _ => result.TrySetResult(true) : _ => result.TrySetResult(false)));
        try
        {
            return await result.Task.WaitAsync(TimeSpan.FromSeconds(30), process.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            connection.Close();
        }

        bool Take(ConnectionEnd far) =>
            Of(far.Process, install.To) is { } other && other.Meet(self, process.Name)
            && other.TakeSnapshot(install, content);
    }

    /// <summary>A snapshot has come whole.</summary>
    private bool TakeSnapshot(Message install, byte[] content)
    {
        var last = install.Snapshot!.Last;
        var name = $"{last.Term.Value:x16}-{last.Index.Value:x16}-{install.From}-{++received}.received";
        try
        {
            using (var file = snapshots.Create(name, 0))
            {
                // In two parts, so that a crash can come between them.
                var half = random.Below(content.Length + 1);
                file.Write(0, content.AsSpan(0, half));
                file.Write(half, content.AsSpan(half));
                file.Flush();
            }

            Receiver.ReceiveSnapshot(install, Path.Combine(snapshots.Place, name));
            return true;
        }
        catch (DiskException)
        {
            return false;
        }
    }
}
