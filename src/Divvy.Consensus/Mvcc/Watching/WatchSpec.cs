namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>What a watcher wants to hear.</summary>
/// <param name="Keys">The keys. An interval that holds none is refused.</param>
public sealed record WatchSpec(KeyRange Keys)
{
    /// <summary>The watcher's number on its stream; 0: the stream chooses.</summary>
    public long WatchId { get; init; }

    /// <summary>The first revision to hear of; 0: the next one. It may lie ahead.</summary>
    public long StartRevision { get; init; }

    public bool NoPuts { get; init; }

    public bool NoDeletes { get; init; }

    /// <summary>Send each changed key's record from before too, unless that was compacted.</summary>
    public bool PreviousRecords { get; init; }

    /// <summary>Say the revision now and then when nothing else is said.</summary>
    public bool ProgressNotify { get; init; }

    /// <summary>Large messages may be cut between events. Cutting needs the encoded size, so the shell does
    /// it.</summary>
    public bool Fragment { get; init; }
}
