using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Hosting;

/// <summary>A handler call to start. Exactly one <see cref="HostMachine.HandlerFinished"/> must follow, also after a
/// cancel.</summary>
/// <param name="Operation">Names the call.</param>
/// <param name="Kind">What to call.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Tenure">The stay the call belongs to: its token is cancelled when <see cref="HostReady.EndedTenures"/>
/// names it.</param>
/// <param name="Revision">The revision of the role behind it; a hand-over sent by <see cref="HandlerKind.PrepareDrop"/>
/// goes
/// under it (R14).</param>
/// <param name="Generation">The record's generation: from <see cref="HandlerKind.Add"/> on the fencing token of all
/// writes.</param>
/// <param name="Range">The keys.</param>
/// <param name="HandedOverAt">Add: use the state received under this revision and no other; none: start cold
/// (R14).</param>
/// <param name="Next">PrepareDrop: who comes next; null: nobody, or nothing is to be handed over.</param>
/// <param name="NextAddress">PrepareDrop: where state is sent to.</param>
/// <param name="Attempt">1, and more for a repeated try after a failure.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record HandlerCall(
    long Operation,
    HandlerKind Kind,
    ShardId Shard,
    long Tenure,
    Revision Revision,
    Generation Generation,
    HashRange Range,
    Revision HandedOverAt,
    SessionRef? Next,
    string? NextAddress,
    int Attempt,
    string Reason);
