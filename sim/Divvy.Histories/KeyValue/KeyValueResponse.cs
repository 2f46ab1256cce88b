namespace Divvy.Histories.KeyValue;

/// <summary>What the store answered. Refusals that certainly changed nothing are no responses: leave them out of the history.
/// </summary>
/// <param name="Revision">The header's revision: the one the request made or, if it changed nothing, the one it saw. 0: the
/// caller was not told.</param>
public abstract record KeyValueResponse(long Revision);

public sealed record PutResponse(long Revision) : KeyValueResponse(Revision);

public sealed record DeleteResponse(long Revision, long Deleted) : KeyValueResponse(Revision);

/// <param name="Revision">The header's.</param>
/// <param name="Records">What was found, by key, at most the limit of the request.</param>
/// <param name="Count">How many there are without the limit.</param>
public sealed record RangeResponse(long Revision, IReadOnlyList<KeyRecord> Records, long Count) : KeyValueResponse(Revision);

/// <param name="Revision">The header's.</param>
/// <param name="Succeeded">Which branch was taken.</param>
/// <param name="Responses">One for each request of the branch; their own revisions do not count.</param>
public sealed record TxnResponse(long Revision, bool Succeeded, IReadOnlyList<KeyValueResponse> Responses)
    : KeyValueResponse(Revision);

public sealed record RevokeResponse(long Revision) : KeyValueResponse(Revision);

/// <summary>Nobody got the answer, but the log of events shows that the request took effect at this revision.</summary>
public sealed record SeenResponse(long Revision) : KeyValueResponse(Revision);
