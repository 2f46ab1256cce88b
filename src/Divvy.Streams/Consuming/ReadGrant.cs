namespace Divvy.Streams.Consuming;

/// <summary>Leave to read once.</summary>
/// <param name="Limit">At most so many records.</param>
/// <param name="Reserved">What the answer is likely to take; once its size is known, what it takes at most.</param>
/// <param name="IsGrowing">The next read may have a larger limit, whatever this one finds.</param>
internal sealed record ReadGrant(int Limit, long Reserved, bool IsGrowing);
