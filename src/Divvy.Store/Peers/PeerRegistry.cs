using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Peers;

/// <summary>Who belongs to the cluster, as far as this member knows, and the connections to and from them.
/// <para>Three kinds of others: <b>peers</b>, told by the owner; <b>removed</b> ones, which were peers and are none any
/// more: refused for ever, as ids are not used again; and <b>strangers</b>, never heard of. A stranger of the right
/// cluster is let in and answered at the URLs of its hello: this member may lag behind the log entry that added it, and
/// if the stranger leads, only it can bring that entry. What it may do is then for Raft to decide.</para>
/// Thread-safe.</summary>
internal sealed class PeerRegistry(PeerLinkContext context) : IAsyncDisposable
{
    private const int MaxRefusals = 256;

    private readonly Lock gate = new();
    private readonly HashSet<NodeId> removed = [];
    private readonly HashSet<NodeId> strangers = [];
    private readonly Dictionary<NodeId, InboundConnection> inbound = [];
    private readonly Dictionary<string, string> refusals = [];
    private readonly List<Task> background = [];
    private Dictionary<NodeId, PeerLink> links = [];
    private bool disposed;

    /// <summary>The way to a member; null when it is not known.</summary>
    public PeerLink? Find(NodeId peer) => Volatile.Read(ref links).GetValueOrDefault(peer);

    public void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var next = new Dictionary<NodeId, PeerLink>();
            foreach (var peer in peers)
            {
                removed.Remove(peer.Id);
                strangers.Remove(peer.Id);
                next[peer.Id] = Keep(peer);
            }

            foreach (var (id, link) in links)
            {
                if (next.ContainsKey(id))
                    continue;
                if (strangers.Contains(id))
                    next.Add(id, link);
                else
                    Remove(id, link);
            }

            Volatile.Write(ref links, next);
            background.RemoveAll(task => task.IsCompletedSuccessfully);
        }
    }

    /// <summary>Begins to send a snapshot; when that cannot be, it has failed already and is reported so.</summary>
    public void SendSnapshot(Message install, ISnapshotSource source)
    {
        if (Find(install.To)?.TrySendSnapshot(install, source) == true)
            return;
        lock (gate)
        {
            background.RemoveAll(task => task.IsCompletedSuccessfully);
            background.Add(Task.Run(() => RefuseAsync(install.To, source)));
        }
    }

    /// <summary>Decides about a connection that another process opened.</summary>
    public HelloAnswer Judge(Hello hello, string remote)
    {
        var answer = hello.AsksForInformation ? Inform(hello) : Admit(hello);
        if (answer.Status != HelloStatus.Accepted)
            LogRefusal(remote, $"{Describe(hello)}: {answer.Reason}", hello.From);
        return answer;
    }

    /// <summary>A connection begins; an older one of the same member is closed: the other side has given it up.
    /// </summary>
    public void Enter(InboundConnection connection)
    {
        InboundConnection? older;
        lock (gate)
        {
            inbound.TryGetValue(connection.Peer.Id, out older);
            inbound[connection.Peer.Id] = connection;
            if (!links.ContainsKey(connection.Peer.Id) && strangers.Contains(connection.Peer.Id) && !disposed)
            {
                Volatile.Write(ref links, new(links)
                {
                    [connection.Peer.Id] = new PeerLink(connection.Peer, context),
                });
            }

            if (removed.Contains(connection.Peer.Id))
                connection.End("it was removed from the cluster");
        }

        older?.End("it opened another one");
        Find(connection.Peer.Id)?.Nudge();
    }

    public void Leave(InboundConnection connection)
    {
        lock (gate)
        {
            if (inbound.GetValueOrDefault(connection.Peer.Id) == connection)
                inbound.Remove(connection.Peer.Id);
        }
    }

    /// <summary>Logs why a connection was refused, once for the same reason from the same host.</summary>
    public void LogRefusal(string remote, string reason, NodeId claimed = default)
    {
        var host = remote.LastIndexOf(':') is > 0 and var colon ? remote[..colon] : remote;
        lock (gate)
        {
            var key = $"{host} {claimed}";
            if (refusals.GetValueOrDefault(key) == reason)
                return;
            if (refusals.Count >= MaxRefusals)
                refusals.Clear();
            refusals[key] = reason;
        }

        PeerLog.Refused(context.Logger, remote, reason);
    }

    public async ValueTask DisposeAsync()
    {
        List<Task> all;
        lock (gate)
        {
            disposed = true;
            all = [.. background, .. links.Values.Select(link => link.DisposeAsync().AsTask())];
            Volatile.Write(ref links, []);
        }

        await Task.WhenAll(all).ConfigureAwait(false);
    }

    private async Task RefuseAsync(NodeId peer, ISnapshotSource source)
    {
        await source.DisposeAsync().ConfigureAwait(false);
        context.Receiver.SnapshotSent(peer, succeeded: false);
    }

    private PeerLink Keep(PeerAddress peer)
    {
        if (!links.TryGetValue(peer.Id, out var link))
            return new PeerLink(peer, context);
        if (link.Peer.Name != peer.Name || !PeerUrls.Same(link.Peer.Urls, peer.Urls))
            link.Update(peer);
        return link;
    }

    private void Remove(NodeId id, PeerLink link)
    {
        removed.Add(id);
        inbound.GetValueOrDefault(id)?.End("it was removed from the cluster");
        background.Add(Task.Run(() => link.DisposeAsync().AsTask()));
    }

    private HelloAnswer Inform(Hello hello)
    {
        if (hello.ProtocolVersion != Hello.Version)
            return WrongVersion(hello);
        return context.Options.Information() is { } information
            ? Answer(HelloStatus.Accepted, "") with { Information = information }
            : Answer(HelloStatus.NoInformation, "it does not know its cluster yet");
    }

    private HelloAnswer Admit(Hello hello)
    {
        var options = context.Options;
        if (hello.ProtocolVersion != Hello.Version)
            return WrongVersion(hello);
        if (hello.ClusterId != options.ClusterId)
            return Answer(HelloStatus.WrongCluster, $"this is a member of cluster {options.ClusterId:x}");
        if (hello.To != options.Self)
            return Answer(HelloStatus.WrongMember, $"this is member {options.Self}, not {hello.To}");
        if (hello.From == options.Self || hello.From.IsNone)
            return Answer(HelloStatus.WrongMember, $"{hello.From} is not the id of another member");
        lock (gate)
        {
            if (removed.Contains(hello.From))
                return Answer(HelloStatus.Removed, $"member {hello.From} was removed from the cluster");
            if (links.ContainsKey(hello.From) || strangers.Contains(hello.From))
                return Answer(HelloStatus.Accepted, "");
            if (strangers.Count >= options.Limits.Strangers)
                return Answer(HelloStatus.Busy, $"{strangers.Count} members that it does not know are connected");
            strangers.Add(hello.From);
            return Answer(HelloStatus.Accepted, "");
        }
    }

    private HelloAnswer WrongVersion(Hello hello) => Answer(
        HelloStatus.UnsupportedVersion,
        $"it speaks version {Hello.Version} of the peer protocol, not {hello.ProtocolVersion}");

    private HelloAnswer Answer(HelloStatus status, string reason) => new()
    {
        Status = status,
        ClusterId = context.Options.ClusterId,
        Member = context.Options.Self,
        Reason = reason,
    };

    private static string Describe(Hello hello) => hello.AsksForInformation
        ? "it asks for the cluster's members"
        : $"it says it is member {hello.Sender.Label} of cluster {hello.ClusterId:x}, and looks for {hello.To}";
}
