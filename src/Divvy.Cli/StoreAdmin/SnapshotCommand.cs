using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Store;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store snapshot</c>.</summary>
internal static class SnapshotCommand
{
    public static Command Create(StoreVerb verb) => new("snapshot", "Backups.") { Save(verb), Status(verb) };

    private static Command Save(StoreVerb verb)
    {
        var file = new Argument<string>("FILE") { Description = "Where to; must not exist." };
        return verb.Running(
            "save", "Have the first endpoint send a snapshot, and check that it came whole.", [file],
            async (call, cancel) =>
            {
                var path = call.Parsed.GetRequiredValue(file);
                var bytes = await SnapshotDownload.SaveAsync(call.Client, path, cancel);
                call.Say(new { File = path, Bytes = bytes }, $"Saved {path}: {bytes} bytes.");
                return ExitCode.Ok;
            });
    }

    private static Command Status(StoreVerb verb)
    {
        var file = RecoveryCommand.FileArgument();
        return verb.Offline(
            "status",
            "Read and check a snapshot of the embedded store, and say what it holds.",
            [file],
            parsed => StoreRecovery.Inspect(RecoveryCommand.Existing(parsed.GetRequiredValue(file))),
            Describe);
    }

    private static string Describe(SnapshotSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        cluster    {summary.ClusterId:x}
        members    {string.Join(", ", summary.Members)}
        revision   {summary.Revision} (compacted: {summary.CompactedRevision})
        keys       {summary.Keys} in {summary.Records} records
        leases     {summary.Leases}
        users      {summary.Users} (authentication {(summary.AuthEnabled ? "on" : "off")})
        log        term {summary.RaftTerm}, index {summary.RaftIndex}
        size       {summary.Bytes} bytes, whole and undamaged
        """);
}
