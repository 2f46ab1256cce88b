using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>One ownership event. <paramref name="AtMs"/> is when it took effect: a lost lease counts from the session's
/// deadline, however late a paused process notices.</summary>
public sealed record JournalEntry(long AtMs, ShardId Shard, Generation Generation, JournalEvent Event);
