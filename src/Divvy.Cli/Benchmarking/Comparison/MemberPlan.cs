namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>Where one member of a cluster lives.</summary>
internal sealed record MemberPlan(string Name, string Folder, int ClientPort, int PeerPort, int HttpPort)
{
    public string ClientUrl => $"http://127.0.0.1:{ClientPort}";

    public string PeerUrl => $"http://127.0.0.1:{PeerPort}";
}
