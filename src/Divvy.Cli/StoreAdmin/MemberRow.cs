using Divvy.Rpc.Etcd;

namespace Divvy.Cli.StoreAdmin;

/// <summary>A member as the commands show it.</summary>
internal sealed record MemberRow(
    string Id, string Name, IReadOnlyList<string> PeerUrls, IReadOnlyList<string> ClientUrls, bool IsLearner)
{
    public static readonly string[] Header = ["ID", "NAME", "PEER URLS", "CLIENT URLS", "VOTES"];

    public static MemberRow Of(Member member) => new(
        StoreCall.Id(member.ID), member.Name, [.. member.PeerURLs], [.. member.ClientURLs], member.IsLearner);

    public object?[] Cells() =>
    [
        Id,
        Name.Length > 0 ? Name : "(not started)",
        string.Join(',', PeerUrls),
        string.Join(',', ClientUrls),
        IsLearner ? "no (learner)" : "yes",
    ];
}
