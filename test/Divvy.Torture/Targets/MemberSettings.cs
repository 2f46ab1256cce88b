using Divvy.TestKit;

namespace Divvy.Torture.Targets;

/// <summary>Name, place and ports of one member, the same for all its lives. Everything is on loopback.</summary>
public sealed record MemberSettings(string Name, string DataDirectory)
{
    public int ClientPort { get; } = FreePort.Probe();

    public int PeerPort { get; } = FreePort.Probe();

    public int HttpPort { get; } = FreePort.Probe();

    public int FailpointPort { get; } = FreePort.Probe();

    public Uri ClientUrl => new($"http://127.0.0.1:{ClientPort}");

    /// <summary>Where the other members reach it: a proxy that can be cut off.</summary>
    public int PeerProxyPort { get; } = FreePort.Probe();

    /// <summary>Where the writing clients reach it: a proxy too.</summary>
    public int ClientProxyPort { get; } = FreePort.Probe();

    public Uri PeerUrl => new($"http://127.0.0.1:{PeerProxyPort}");

    public Uri PeerListenUrl => new($"http://127.0.0.1:{PeerPort}");

    public Uri ClientProxyUrl => new($"http://127.0.0.1:{ClientProxyPort}");
}
