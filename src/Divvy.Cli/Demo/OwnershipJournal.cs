using Divvy.Cli.Journals;
using Divvy.Client.Hosting;

namespace Divvy.Cli.Demo;

/// <summary>What a host reports, as a journal says it.</summary>
internal static class OwnershipJournal
{
    public static JournalEntry ToEntry(OwnershipEvent happened) => new(
        happened.UnixNanoseconds,
        happened.Session.Instance.Value,
        happened.Shard.Value,
        happened.Generation.Value,
        happened.Event switch
        {
            Core.Hosting.JournalEvent.Prepared => JournalEvent.Prepared,
            Core.Hosting.JournalEvent.Activated => JournalEvent.Activated,
            Core.Hosting.JournalEvent.Yielded => JournalEvent.Yielded,
            Core.Hosting.JournalEvent.Dropped => JournalEvent.Dropped,
            Core.Hosting.JournalEvent.LeaseLost => JournalEvent.LeaseLost,
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.Event, null),
        },
        happened.Session.Session.ToString(),
        happened.Event == Core.Hosting.JournalEvent.LeaseLost ? happened.NoticedUnixNanoseconds : null);
}
