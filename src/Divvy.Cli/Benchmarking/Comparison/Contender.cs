namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>A server that is compared: how one member of a cluster of it is started. The command lines of the whole
/// comparison are these.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Program">The program; null: this one.</param>
/// <param name="Arguments">The command line of a member.</param>
internal sealed record Contender(string Name, string? Program, Func<MemberPlan, ClusterPlan, string[]> Arguments)
{
    private const int HeartbeatMs = 250;
    private const int ElectionMs = 1250;

    /// <summary>etcd with the settings of the etcd metrics lab.</summary>
    public static Contender Etcd(string program, string name = "etcd") => new(name, program, (member, cluster) =>
    [
        "--name", member.Name,
        "--data-dir", member.Folder,
        "--logger=zap", "--log-level=error", "--metrics=extensive",
        $"--heartbeat-interval={HeartbeatMs}", $"--election-timeout={ElectionMs}",
        "--listen-client-urls", member.ClientUrl, "--advertise-client-urls", member.ClientUrl,
        "--listen-peer-urls", member.PeerUrl, "--initial-advertise-peer-urls", member.PeerUrl,
        "--initial-cluster", cluster.Peers, "--initial-cluster-state=new",
    ]);

    /// <summary>The embedded store.</summary>
    public static Contender Divvy() => new("divvy", null, (member, cluster) =>
    [
        "server",
        "--data-dir", member.Folder,
        "--listen", $"127.0.0.1:{member.ClientPort}",
        "--http", $"127.0.0.1:{member.HttpPort}",
        "--log-level", "warning",
        .. cluster.Members.Count == 1 ? (string[])[] : ["--name", member.Name, "--peers", cluster.Peers],
    ]);
}
