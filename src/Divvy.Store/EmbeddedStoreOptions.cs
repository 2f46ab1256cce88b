using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;

namespace Divvy.Store;

/// <summary>Settings of an <see cref="EmbeddedStore"/>.</summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>The member's name in MemberList. Default <c>default</c>, as etcd's.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Id of the cluster in every answer's header; 0 (default): derived from the name.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>Id of the member in every answer's header; 0 (default): derived from the name.</summary>
    public ulong MemberId { get; init; }

    /// <summary>Where clients reach the store, for MemberList. Default: none.</summary>
    public IReadOnlyList<string> AdvertiseClientUrls { get; init; } = [];

    /// <summary>Where peers would reach the store, for MemberList. Default: none.</summary>
    public IReadOnlyList<string> AdvertisePeerUrls { get; init; } = [];

    /// <summary>Shorter leases are raised to this; whole seconds, at least one. Default one second: a single member
    /// has no election that a lease would have to outlive.</summary>
    public TimeSpan MinLeaseTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often leases are checked for their end and idle watches for progress, from 1 ms. Default 100 ms; it
    /// bounds how late a lease ends.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the store polls itself. Off, the owner calls <see cref="EmbeddedStore.Poll"/>. Default
    /// on.</summary>
    public bool PollInBackground { get; init; } = true;

    /// <summary>Largest writing request, in bytes. Default 1.5 MiB, as etcd's.</summary>
    public int MaxRequestBytes { get; init; } = 1536 * 1024;

    /// <summary>Most compares, and most operations of a branch, of a transaction. Default 128, as etcd's.</summary>
    public int MaxTxnOperations { get; init; } = RequestRules.DefaultMaxTxnOperations;

    /// <summary>Puts are refused while the records take more than this, by estimate; compaction frees what is
    /// superseded. Default 2 GiB, as etcd's.</summary>
    public long QuotaBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Bounds of watches. Default: etcd's numbers.</summary>
    public WatchLimits WatchLimits { get; init; } = new();

    /// <summary>Throws for values that cannot work.
    /// <exception cref="ArgumentException">Names every bad setting.</exception></summary>
    internal void Validate()
    {
        var errors = new List<string>();
        if (Name.Length == 0)
            errors.Add($"{nameof(Name)} is empty");
        if (MinLeaseTtl < TimeSpan.FromSeconds(1) || MinLeaseTtl.Ticks % TimeSpan.TicksPerSecond != 0)
            errors.Add($"{nameof(MinLeaseTtl)} is {MinLeaseTtl}: it must be whole seconds, at least one");
        if (PollInterval < TimeSpan.FromMilliseconds(1))
            errors.Add($"{nameof(PollInterval)} is {PollInterval}: it must be at least 1 ms");
        if (MaxRequestBytes < 1)
            errors.Add($"{nameof(MaxRequestBytes)} is {MaxRequestBytes}: it must be positive");
        if (MaxTxnOperations < 1)
            errors.Add($"{nameof(MaxTxnOperations)} is {MaxTxnOperations}: it must be positive");
        if (QuotaBytes < 1)
            errors.Add($"{nameof(QuotaBytes)} is {QuotaBytes}: it must be positive");
        if (errors.Count > 0)
            throw new ArgumentException($"The store's options cannot work: {string.Join("; ", errors)}");
    }
}
