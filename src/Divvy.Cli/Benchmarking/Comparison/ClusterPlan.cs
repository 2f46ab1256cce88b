using Divvy.Cli.Processes;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>The members of a cluster, on free ports, each with a folder of its own.</summary>
internal sealed record ClusterPlan(IReadOnlyList<MemberPlan> Members)
{
    private const int PortsOfMember = 3;

    /// <summary><c>n1=http://127.0.0.1:1,n2=...</c>: etcd's <c>--initial-cluster</c>, the store's <c>--peers</c>.
    /// </summary>
    public string Peers => string.Join(',', Members.Select(member => $"{member.Name}={member.PeerUrl}"));

    public IReadOnlyList<Uri> Endpoints => [.. Members.Select(member => new Uri(member.ClientUrl))];

    public static ClusterPlan Create(string folder, int nodes)
    {
        var port = FreePort.Find(nodes * PortsOfMember);
        return new ClusterPlan(
        [
            .. Enumerable.Range(0, nodes).Select(i => new MemberPlan(
                $"n{i + 1}",
                Path.Combine(folder, $"n{i + 1}"),
                port + (i * PortsOfMember),
                port + (i * PortsOfMember) + 1,
                port + (i * PortsOfMember) + 2)),
        ]);
    }
}
