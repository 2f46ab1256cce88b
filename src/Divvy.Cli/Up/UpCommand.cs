using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Cli.Serving;

namespace Divvy.Cli.Up;

/// <summary><c>divvy up</c>.</summary>
internal static class UpCommand
{
    public static Command Create(CommandConsole console)
    {
        var shards = TypedOption.Number("--shards", 20, 1, 100_000, "Shards of the namespace 'default'.");
        var instances = TypedOption.Number("--instances", 3, 0, 100, "Instances, one child process each.");
        var etcd = TypedOption.Servers("--etcd", "Keep the state in this etcd instead of the embedded store.");
        var folder = new Option<string?>("--data-dir")
        {
            Description = "Where journals and logs go; a temporary folder if not said. The embedded store keeps its "
                + "state in memory in this version: it ends with the process.",
            HelpName = "DIR",
        };
        var listen = TypedOption.Listen(
            "--listen", ListenAddress.Loopback(ServerCommand.DefaultListenPort), "etcd v3 API and Divvy's gRPC.");
        var http = TypedOption.Listen(
            "--http", ListenAddress.Loopback(ServerCommand.DefaultHttpPort), "The admin API.");
        var supervised = SupervisedOption.Create();
        var command = new Command("up", "Run a server on the embedded store and instances that share its shards.")
        {
            shards, instances, etcd, folder, listen, http, supervised,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new UpSettings
            {
                Shards = parsed.GetValue(shards),
                Instances = parsed.GetValue(instances),
                Etcd = parsed.GetValue(etcd),
                Folder = Folder(parsed.GetValue(folder)),
                Listen = parsed.GetValue(listen),
                Http = parsed.GetValue(http),
            };
            using var stop = new StopSignal(parsed.GetValue(supervised), cancellationToken);
            await new UpRun(settings, console).RunAsync(stop);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static string Folder(string? given)
    {
        try
        {
            return given is null
                ? Directory.CreateTempSubdirectory("divvy-up-").FullName
                : Directory.CreateDirectory(given).FullName;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"cannot create {given}: {failure.Message}", failure);
        }
    }
}
