using System.CommandLine;
using Divvy.Cli.Output;

namespace Divvy.Cli.StoreAdmin;

/// <summary><c>divvy store</c>: looks after the embedded store, or, where it is the same API, any etcd.</summary>
internal static class StoreCommand
{
    public static Command Create(CommandConsole console)
    {
        var verb = new StoreVerb(console);
        return new Command("store", "Look after a store: its members, its alarms, its size, its backups.")
        {
            StatusCommand.Create(verb),
            MemberCommand.Create(verb),
            AlarmCommand.Create(verb),
            UpkeepCommand.Compact(verb),
            UpkeepCommand.Defrag(verb),
            HashCommand.Create(verb),
            UpkeepCommand.MoveLeader(verb),
            SnapshotCommand.Create(verb),
            RecoveryCommand.Restore(verb),
            RecoveryCommand.Recover(verb),
        };
    }
}
