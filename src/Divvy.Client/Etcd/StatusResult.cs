namespace Divvy.Client.Etcd;

/// <summary>How the member behind one endpoint is.</summary>
public sealed record StatusResult
{
    /// <summary>Who answered.</summary>
    public required string Endpoint { get; init; }

    public required ulong ClusterId { get; init; }

    public required ulong MemberId { get; init; }

    /// <summary>Version of the server, for example <c>3.4.23</c>.</summary>
    public required string Version { get; init; }

    public required long Revision { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long DbSize { get; init; }

    /// <summary>Bytes in use; the rest is what a defragmentation would free.</summary>
    public required long DbSizeInUse { get; init; }

    /// <summary>Member id of the leader, 0 if there is none.</summary>
    public required ulong Leader { get; init; }

    public required ulong RaftTerm { get; init; }

    public required ulong RaftIndex { get; init; }

    public required ulong RaftAppliedIndex { get; init; }

    public required bool IsLearner { get; init; }

    /// <summary>Alarms and faults, as the member says them.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    public bool IsLeader => Leader != 0 && Leader == MemberId;
}
