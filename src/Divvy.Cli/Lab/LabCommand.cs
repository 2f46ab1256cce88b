using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Cli.Streams.Lab;

namespace Divvy.Cli.Lab;

/// <summary><c>divvy lab</c>.</summary>
internal static class LabCommand
{
    public static Command Create(CommandConsole console) => new("lab", "Experiments with real processes.")
    {
        Failover(console),
        KclCommand.Create(console),
    };

    private static Command Failover(CommandConsole console)
    {
        var standard = new LabSettings { Folder = "" };
        var etcd = new Option<string?>("--etcd")
        {
            Description = "Run on this etcd, or with 'start' on the etcd on the PATH; else on the embedded store.",
            HelpName = "ENDPOINTS|start",
        };
        etcd.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text and not "start"
                && !ServerList.TryParse(text, out _, out var error))
                result.AddError(error);
        });
        var nodes = Nodes();
        var rounds = TypedOption.Number("--rounds", standard.Rounds, 0, 10_000, "Random rounds at the end.");
        var seed = TypedOption.Number(
            "--seed", standard.Seed, int.MinValue, int.MaxValue, "Chooses the random rounds.");
        var instances = TypedOption.Number("--instances", standard.Instances, 2, 100, "Instances, one process each.");
        var shards = TypedOption.Number("--shards", standard.Shards, 1, 100_000, "Shards of the namespace.");
        var rps = TypedOption.Number(
            "--rps", standard.RequestsPerSecond, 1, 100_000, "Requests per second while shards are moved on purpose.");
        var only = new Option<string?>("--only")
        {
            Description = $"Only these scenarios: {string.Join(", ", FailoverLab.Names)}.",
            HelpName = "NAME[,NAME]",
        };
        only.Validators.Add(result =>
        {
            foreach (var name in Split(result.GetValueOrDefault<string?>()).Except(FailoverLab.Names))
                result.AddError($"there is no scenario '{name}': {string.Join(", ", FailoverLab.Names)}.");
        });
        var keep = new Option<bool>("--keep") { Description = "Keep logs and journals, and say where." };
        var format = OutputOption.Create();
        var command = new Command("failover", "The runbook as one asserting run; exit code 1 if a bar is missed.")
        {
            etcd, nodes, rounds, seed, instances, shards, rps, only, keep, format,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(etcd) is { Implicit: false } && result.GetResult(nodes) is { Implicit: false })
                result.AddError("--nodes is about the embedded store; with --etcd there is none.");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console,
            standard with
            {
                Etcd = parsed.GetValue(etcd),
                Nodes = parsed.GetValue(nodes),
                Rounds = parsed.GetValue(rounds),
                Seed = parsed.GetValue(seed),
                Instances = parsed.GetValue(instances),
                Shards = parsed.GetValue(shards),
                RequestsPerSecond = parsed.GetValue(rps),
                Only = Split(parsed.GetValue(only)),
                Folder = Directory.CreateTempSubdirectory("divvy-lab-").FullName,
            },
            parsed.GetValue(keep),
            parsed.GetValue(format),
            cancellationToken));
        return command;
    }

    private static Option<int> Nodes()
    {
        var nodes = new Option<int>("--nodes")
        {
            Description = "Run on this many durable members of the embedded store, so that a server that is killed "
                + "takes its part of the store with it; without it the store is one, in memory.",
            HelpName = "1|3",
        };
        nodes.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is not (1 or 3))
                result.AddError("--nodes is 1 or 3.");
        });
        return nodes;
    }

    private static async Task<int> RunAsync(
        CommandConsole console,
        LabSettings settings,
        bool keep,
        OutputFormat format,
        CancellationToken cancellationToken)
    {
        using var stop = new StopSignal(isSupervised: false, cancellationToken);
        var lab = new FailoverLab(settings, console.Error, Finished);
        try
        {
            var report = await lab.RunAsync(keep, stop.Token);
            if (format == OutputFormat.Json)
                console.WriteJson(report);
            else
                LabPrinter.PrintSummary(console.Output, report);
            return (int)(report.Passed ? ExitCode.Ok : ExitCode.Failed);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.Failed, "the lab was stopped before its end");
        }
        finally
        {
            if (!keep)
                Directory.Delete(settings.Folder, recursive: true);
        }

        void Finished(ScenarioReport scenario)
        {
            if (format == OutputFormat.Table)
                LabPrinter.Print(console.Output, scenario);
        }
    }

    private static string[] Split(string? names) =>
        names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
