using Divvy.TestKit.Etcd;

namespace Divvy.Torture.Targets;

/// <summary>A real etcd: what the harness is proven with. Debian's binary has no failpoints.</summary>
public sealed class EtcdTarget(string? binary = null) : ITarget
{
    private static readonly Dictionary<string, string?> environment = [];

    public string Name => "etcd";

    public bool HasFailpoints => false;

    public MemberCommand Command(MemberSettings member, IReadOnlyList<MemberSettings> all)
    {
        var file = binary ?? EtcdBinary.Server ?? throw new InvalidOperationException(EtcdBinary.SkipReason);
        var cluster = string.Join(',', all.Select(one => $"{one.Name}={one.PeerUrl.GetLeftPart(UriPartial.Authority)}"));
        var client = member.ClientUrl.GetLeftPart(UriPartial.Authority);
        var peer = member.PeerUrl.GetLeftPart(UriPartial.Authority);
        return new MemberCommand(
            file,
            [
                $"--name={member.Name}", $"--data-dir={member.DataDirectory}", "--logger=zap", "--log-level=error",
                "--heartbeat-interval=20", "--election-timeout=200", "--snapshot-count=500",
                $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
                $"--listen-peer-urls={member.PeerListenUrl.GetLeftPart(UriPartial.Authority)}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster={cluster}",
            ],
            environment);
    }
}
