using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>An acknowledgement as a server got it, with everything a step compares (R1, R7).</summary>
/// <param name="Session">Who acknowledges.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Revision">The mod revision of the record whose role is answered.</param>
/// <param name="Kind">What is said.</param>
/// <param name="HandedOver">Yielded: state went to the next owner, under <paramref name="Revision"/> (R14).</param>
/// <param name="Error">Failed: why; otherwise empty.</param>
public sealed record AckFromInstance(
    SessionRef Session,
    ShardId Shard,
    Revision Revision,
    AckKind Kind,
    bool HandedOver = false,
    string Error = "");
