namespace Divvy.Client.Etcd;

/// <summary>A member of the cluster. One that was added but has not started has no name and no client URLs.</summary>
public sealed record MemberInfo(
    ulong Id, string Name, IReadOnlyList<string> PeerUrls, IReadOnlyList<string> ClientUrls, bool IsLearner);
