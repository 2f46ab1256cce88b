namespace Divvy.Histories.KeyValue;

/// <summary>What a client asked the store for.</summary>
public abstract record KeyValueRequest;

public sealed record PutRequest(string Key, string Value, long Lease = 0) : KeyValueRequest;

public sealed record DeleteRequest(KeyRange Range) : KeyValueRequest;

/// <summary>A read.</summary>
/// <param name="Range">What of.</param>
/// <param name="AtRevision">0: now. Else as of a revision of the past.</param>
/// <param name="Limit">0: none.</param>
/// <param name="Serializable">Answered by a member from what it has: linearizability does not hold for it.</param>
public sealed record RangeRequest(KeyRange Range, long AtRevision = 0, int Limit = 0, bool Serializable = false)
    : KeyValueRequest
{
    /// <summary>It says what the state was at some revision, not what it is.</summary>
    public bool IsOfThePast => Serializable || AtRevision > 0;
}

public sealed record TxnRequest(
    IReadOnlyList<KeyCompare> Compares, IReadOnlyList<KeyValueRequest> Success, IReadOnlyList<KeyValueRequest> Failure)
    : KeyValueRequest;

/// <summary>Ends a lease: every key that hangs on it goes, at one revision. Also what the store does when a lease expires;
/// record that as an operation of nobody's that may happen from the end of the time to live on.</summary>
public sealed record RevokeRequest(long Lease) : KeyValueRequest;
