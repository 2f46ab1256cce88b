using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Client.Hosting;

/// <summary>One entry of an instance's ownership journal. Times are the machine's wall clock, taken so that a check
/// from outside is sound: that of <see cref="JournalEvent.Activated"/> is not after the first request can be served,
/// those of the events that end ownership are not before the last one can.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Namespace">The sharded service.</param>
/// <param name="Session">Whose ownership.</param>
/// <param name="Shard">Of which shard.</param>
/// <param name="Generation">Under which fencing token.</param>
/// <param name="UnixNanoseconds">When it took effect, since 1970. A lost lease counts from the session's
/// deadline.</param>
/// <param name="NoticedUnixNanoseconds">When the process noticed: later than the former for a lost lease if the process
/// was paused.</param>
public sealed record OwnershipEvent(
    JournalEvent Event,
    string Namespace,
    SessionRef Session,
    ShardId Shard,
    Generation Generation,
    long UnixNanoseconds,
    long NoticedUnixNanoseconds);
