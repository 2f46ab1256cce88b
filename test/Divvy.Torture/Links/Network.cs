using Divvy.Torture.Members;

namespace Divvy.Torture.Links;

/// <summary>The proxies before all members: members reach each other, and clients reach them, through these only.</summary>
public sealed class Network : IAsyncDisposable
{
    private readonly List<LinkProxy> proxies = [];

    public Network(IReadOnlyList<Member> members)
    {
        foreach (var member in members)
        {
            var settings = member.Settings;
            proxies.Add(new LinkProxy(
                settings.PeerProxyPort, settings.PeerPort, member.Name, Links, port => Peer(members, port, settings.PeerProxyPort)));
            proxies.Add(new LinkProxy(
                settings.ClientProxyPort, settings.ClientPort, member.Name, Links, _ => LinkTable.Clients));
        }
    }

    public LinkTable Links { get; } = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in proxies)
            await proxy.DisposeAsync();
    }

    /// <summary>The member that connects to a peer's port. Empty: it is gone already, or somebody else.</summary>
    private static string Peer(IReadOnlyList<Member> members, int sourcePort, int proxyPort)
    {
        var processes = members.Where(member => member.IsRunning).Select(member => (member.ProcessId, member.Name)).ToList();
        var owner = SocketOwners.Find(sourcePort, proxyPort, processes.Select(process => process.ProcessId));
        return processes.Find(process => process.ProcessId == owner).Name ?? "";
    }
}
