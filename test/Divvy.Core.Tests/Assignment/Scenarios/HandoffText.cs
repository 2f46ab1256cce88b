using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Tests.Assignment.World;

namespace Divvy.Core.Tests.Assignment.Scenarios;

/// <summary>Records, roles, acknowledgements and decisions as one line of a trace.</summary>
internal static class HandoffText
{
    public static string Of(in VersionedShard shard)
    {
        var record = shard.Record;
        var standbys = record.Standbys.IsEmpty ? "" : $", standby {string.Join(" and ", record.Standbys)}";
        return $"{record.Shard} at {shard.Revision}: {Standing(record)}, generation {record.Generation}{standbys}"
            + $" ({record.Reason})";
    }

    public static string Of(JournalEntry entry) => entry.Event switch
    {
        JournalEvent.Activated => $"serves {entry.Shard} in generation {entry.Generation}",
        JournalEvent.LeaseLost => $"has lost {entry.Shard} at {entry.AtMs} ms: its session's time is over",
        JournalEvent.Yielded => $"serves {entry.Shard} no more",
        var happened => $"has {happened.ToString().ToLowerInvariant()} {entry.Shard}",
    };

    public static string Of(AckFromInstance ack) =>
        $"{Kind(ack.Kind)} of {ack.Shard} at {ack.Revision}" + (ack.HandedOver ? ", its state handed over" : "")
        + (ack.Kind == AckKind.Failed ? $": {ack.Error}" : "");

    public static string Of(HandlerCall call) => $"{call.Kind} of {call.Shard}" + call.Kind switch
    {
        HandlerKind.Add when call.HandedOverAt != Revision.None => $" with the state handed over at {call.HandedOverAt}",
        HandlerKind.PrepareDrop when call.Next is { } next => $", for {next}",
        _ => "",
    };

    public static string Of(in AdmitResult result) => result.Kind switch
    {
        AdmitKind.Serve => $"is served in generation {result.Admission.Generation}",
        AdmitKind.Queue => "waits until the shard is active here",
        AdmitKind.Hold => "waits for the news it knows of",
        AdmitKind.Forward => $"is sent on to {result.Owner}",
        AdmitKind.Misdirected when result.Owner is { } owner => $"gets 421: {owner} owns the shard at {result.Revision}",
        AdmitKind.Misdirected => "gets 421",
        AdmitKind.Fenced => "gets 503: the session has no time left",
        _ => "gets 503",
    };

    public static string Kind(AckKind kind) => kind.ToString().ToUpperInvariant();

    /// <summary>Why the store does not carry out a step.</summary>
    public static string Refusal(RecordStep step, StoreView now)
    {
        var found = now.Shards.TryGetValue(step.Shard, out var shard) ? shard.Revision : Revision.None;
        if (found != step.Expected)
            return $"{step.Shard} is at {found} and not at {step.Expected}";
        foreach (var session in step.MustLive.Where(session => !now.IsLive(session)))
            return $"{session} is gone";
        return $"{step.MustBeGone.First(now.IsLive)} lives";
    }

    private static string Standing(ShardRecord record) => record.Phase switch
    {
        ShardPhase.Stable when record.Owner is null => "nobody owns it",
        ShardPhase.Stable => $"{record.Owner} owns it",
        ShardPhase.Preparing => $"{record.Owner} owns it, {record.Next} prepares",
        ShardPhase.Yielding => $"{record.Owner} yields to {record.Next}",
        _ => $"{record.Owner} closes it",
    };
}
