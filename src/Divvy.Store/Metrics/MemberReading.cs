namespace Divvy.Store.Metrics;

/// <summary>What is true of a member at one moment, as far as it is shown under etcd's names. Sizes in bytes.</summary>
internal sealed record MemberReading
{
    public required ulong MemberId { get; init; }

    /// <summary>Keys, revisions, sizes, watchers and leases.</summary>
    public required StoreSnapshot Store { get; init; }

    public required bool HasLeader { get; init; }

    public required bool IsLeader { get; init; }

    public required bool IsLearner { get; init; }

    /// <summary>Index of the newest entry that is committed.</summary>
    public required long CommittedIndex { get; init; }

    public required long QuotaBytes { get; init; }

    /// <summary>What the data folder takes, the log included.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>What of it the live records need.</summary>
    public required long InUseBytes { get; init; }

    /// <summary>Revision of users and roles.</summary>
    public long AuthRevision { get; init; } = 1;
}
