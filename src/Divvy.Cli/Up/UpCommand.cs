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
        var etcd = TypedOption.Etcd("--etcd", "Keep the state in this etcd instead of the embedded store.");
        var nodes = TypedOption.Number(
            "--nodes", 1, 1, 5, "Servers; 3 keep the embedded store together, and one of them may die.");
        nodes.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() > 1
                && result.GetResult(etcd) is { Implicit: false })
                result.AddError("--nodes is about the embedded store; with --etcd there is none.");
        });
        var folder = new Option<string?>("--data-dir")
        {
            Description = "Where the embedded store keeps its state, and where journals and logs go. If not said, a "
                + "temporary folder, and one node keeps its state in memory.",
            HelpName = "DIR",
        };
        var listen = TypedOption.Listen(
            "--listen", ListenAddress.Loopback(ServerCommand.DefaultListenPort), "etcd v3 API and Divvy's gRPC.");
        var http = TypedOption.Listen(
            "--http", ListenAddress.Loopback(ServerCommand.DefaultHttpPort), "The admin API.");
        foreach (var address in new[] { listen, http })
        {
            // The instances, the table and the hints have to know the port before it is bound.
            address.Validators.Add(result =>
            {
                if (!result.Errors.Any() && result.GetValueOrDefault<ListenAddress>() is { Port: 0 })
                    result.AddError($"{address.Name} needs a fixed port here: 0 is none to tell the instances.");
            });
        }
        var supervised = SupervisedOption.Create();
        var command = new Command("up", "Run one server or three, and instances that share their shards.")
        {
            shards, instances, nodes, etcd, folder, listen, http, supervised,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new UpSettings
            {
                Shards = parsed.GetValue(shards),
                Instances = parsed.GetValue(instances),
                Etcd = parsed.GetValue(etcd),
                Nodes = parsed.GetValue(nodes),
                KeepsState = parsed.GetValue(folder) is not null,
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
            if (given is null)
                return Directory.CreateTempSubdirectory("divvy-up-").FullName;
            var folder = Directory.CreateDirectory(given).FullName;
            File.WriteAllText(Path.Combine(folder, UpRun.InstancesLog), "");
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(
                ExitCode.Failed, $"cannot write to --data-dir '{given}': {failure.Message}", failure);
        }
    }
}
