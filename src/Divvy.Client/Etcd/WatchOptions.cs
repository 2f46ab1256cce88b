namespace Divvy.Client.Etcd;

/// <summary>What a watch delivers.</summary>
public sealed record WatchOptions
{
    public static readonly WatchOptions Default = new();

    /// <summary>The first revision to deliver: <see cref="RangeResult.Revision"/> + 1 continues a read. 0: from now on;
    /// the first batch is then an empty one that says after which revision.</summary>
    public long StartRevision { get; init; }

    /// <summary>Deliver with each event the key as it was before (absent if that was compacted).</summary>
    public bool PreviousKv { get; init; }

    /// <summary>Deliver empty batches now and then (etcd: every ten minutes) while nothing happens.</summary>
    public bool ProgressNotify { get; init; }

    /// <summary>Leave put events out.</summary>
    public bool NoPut { get; init; }

    /// <summary>Leave delete events out.</summary>
    public bool NoDelete { get; init; }
}
