using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams;

/// <summary>Makes the commands about one stream: each gets <c>--stream</c>, the options of the endpoint and <c>-o</c>,
/// and this mapping of the service's refusals to exit codes.</summary>
internal sealed class StreamVerb(CommandConsole console)
{
    public Command Create(
        string name,
        string description,
        IEnumerable<Option> symbols,
        Func<StreamCall, CancellationToken, Task<ExitCode>> run)
    {
        var kinesis = new KinesisOptions();
        var format = OutputOption.Create();
        var supervised = SupervisedOption.Create();
        var command = new Command(name, description);
        foreach (var option in symbols.Concat(kinesis.All).Append(format).Append(supervised))
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = new StopSignal(parsed.GetValue(supervised), cancellationToken);
            using var client = kinesis.Open(parsed, console);
            var call = new StreamCall(
                client, console, parsed, parsed.GetValue(format), kinesis.Stream(parsed), kinesis.Timeout(parsed));
            try
            {
                return (int)await run(call, stop.Token);
            }
            catch (KinesisException failure)
            {
                throw new CommandException(Code(failure), failure.Message, failure);
            }
        });
        return command;
    }

    internal static ExitCode Code(KinesisException failure) => failure switch
    {
        StreamNotFoundException => ExitCode.NotFound,
        { ErrorType: "" } => ExitCode.Unreachable,
        { ErrorType: "ResourceInUseException" } => ExitCode.Conflict,
        _ => ExitCode.Failed,
    };
}
