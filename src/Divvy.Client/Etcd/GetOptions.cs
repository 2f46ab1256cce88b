namespace Divvy.Client.Etcd;

/// <summary>How a range is read. The default: all of it, at the current revision, linearizable, in key order.</summary>
public sealed record GetOptions
{
    public static readonly GetOptions Default = new();

    /// <summary>At most this many keys; 0: all. <see cref="RangeResult.More"/> tells whether there were
    /// others.</summary>
    public long Limit { get; init; }

    /// <summary>Read as of this revision; 0: the current one.</summary>
    public long Revision { get; init; }

    /// <summary>True: answered by the member asked, from what it has, which may be old; works without a
    /// leader.</summary>
    public bool Serializable { get; init; }

    /// <summary>Leave the values out.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Leave the keys out: only <see cref="RangeResult.Count"/>.</summary>
    public bool CountOnly { get; init; }

    public EtcdSort SortBy { get; init; } = EtcdSort.Key;

    public bool Descending { get; init; }
}
