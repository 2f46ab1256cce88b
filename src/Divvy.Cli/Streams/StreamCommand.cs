using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Streams.Consuming;
using Divvy.Cli.Streams.Emulation;
using Divvy.Cli.Streams.Leases;
using Divvy.Cli.Streams.Production;
using Divvy.Cli.Streams.Resharding;

namespace Divvy.Cli.Streams;

/// <summary><c>divvy stream</c>.</summary>
internal static class StreamCommand
{
    public static Command Create(CommandConsole console)
    {
        var verb = new StreamVerb(console);
        var leases = new LeaseVerb(verb);
        return new Command("stream", "Kinesis streams: make, fill, reshard and read them.")
        {
            EmulatorCommand.Create(console),
            LifecycleCommand.Create(verb),
            ProduceCommand.Create(verb),
            ConsumeCommand.Create(verb),
            MonitorCommand.Create(leases),
            LookCommands.ViewDistribution(leases),
            LookCommands.Analyze(leases),
            LookCommands.Export(leases),
            SplitCommand.Create(verb),
            MergeCommand.Create(verb),
            VerifyCommand.Create(verb),
            LifecycleCommand.Delete(verb),
        };
    }
}
