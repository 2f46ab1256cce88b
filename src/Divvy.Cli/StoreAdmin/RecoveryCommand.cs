using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Store;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store restore</c> and <c>recover</c>: what is done to data folders while no server runs on
/// them.</summary>
internal static class RecoveryCommand
{
    private static readonly EmbeddedStoreOptions standard = new();

    public static Command Restore(StoreVerb verb)
    {
        var file = FileArgument();
        var folder = Folder("The folder to make; must be empty or missing.");
        var name = new Option<string>("--name")
        {
            Description = "This member's name in the new cluster.",
            HelpName = "NAME",
            DefaultValueFactory = _ => standard.Name,
        };
        var peers = TypedOption.Of<PeerList>(
            "--peers",
            "NAME=URL,...",
            "All members of the new cluster; this one alone if not said.",
            PeerList.TryParse);
        var token = new Option<string>("--cluster-token")
        {
            Description = "Tells the new cluster apart from another one made of the same snapshot and members.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => standard.ClusterToken,
        };
        return verb.Offline(
            "restore",
            "Make the data folder of a member of a new cluster from a snapshot. Each member restores the same file with"
                + " the same --peers.",
            [file, folder, name, peers, token],
            parsed =>
            {
                var target = parsed.GetRequiredValue(folder);
                var options = standard with
                {
                    Name = parsed.GetRequiredValue(name),
                    DataDirectory = target,
                    InitialCluster = parsed.GetValue(peers)?.Members ?? [],
                    ClusterToken = parsed.GetRequiredValue(token),
                };
                var ids = StoreRecovery.Restore(Existing(parsed.GetRequiredValue(file)), options);
                return new Restored(target, options.Name, StoreCall.Id(ids.ClusterId), StoreCall.Id(ids.MemberId));
            },
            done => $"Restored member {done.Name} ({done.MemberId}) of the new cluster {done.ClusterId} into"
                + $" {done.Folder}. Start it with the same --name and --peers.");
    }

    public static Command Recover(StoreVerb verb)
    {
        var folder = Folder("The folder of the member that is left; no server may run on it.");
        var force = new Option<bool>("--force-new-cluster")
        {
            Description = "Yes: the other members are gone for good, and writes that only they had with them.",
        };
        var command = verb.Offline(
            "recover",
            "Make one member a cluster of its own, after most of its cluster was lost for good.",
            [folder, force],
            parsed => StoreRecovery.ForceNewCluster(
                standard with { DataDirectory = Existing(parsed.GetRequiredValue(folder)) }),
            Describe);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(force))
                result.AddError("--force-new-cluster is missing: say that the other members are gone for good.");
        });
        return command;
    }

    public static Argument<string> FileArgument() => new("FILE") { Description = "The snapshot." };

    /// <exception cref="CommandException">It does not exist.</exception>
    public static string Existing(string path) => Path.Exists(path)
        ? path
        : throw new CommandException(ExitCode.NotFound, $"{path} does not exist");

    private static Option<string> Folder(string description) => new("--data-dir")
    {
        Description = description,
        HelpName = "DIR",
        Required = true,
    };

    private static string Describe(RecoveredMember done)
    {
        var removed = done.RemovedMembers.Count == 0 ? "nobody" : string.Join(", ", done.RemovedMembers);
        return $"Member {StoreCall.Id(done.MemberId)} is now alone in cluster {StoreCall.Id(done.ClusterId)}, at"
            + $" revision {done.Revision}. Removed: {removed}; delete their folders, they must never start again."
            + $" Entries kept that were not known to be committed: {done.UnconfirmedEntries}. Start it, then add new"
            + " members one by one.";
    }

    private sealed record Restored(string Folder, string Name, string ClusterId, string MemberId);
}
