using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;

namespace Divvy.Cli.Streams.Leases;

/// <summary><c>divvy stream view-dist</c>, <c>analyze</c> and <c>export</c>: one look at the leases each.</summary>
internal static class LookCommands
{
    public static Command ViewDistribution(LeaseVerb verb) => verb.Create(
        "view-dist",
        "Show every lease: owner, counter, checkpoint, parents.",
        [],
        async (call, read, _) =>
        {
            var leases = LeaseDistribution.Of(await read());
            if (call.Format == OutputFormat.Json)
            {
                call.Console.WriteJson(leases.All.Select(LeaseItem.Of));
                return ExitCode.Ok;
            }
            LeaseText.Distribution(leases).WriteTo(call.Console.Output);
            foreach (var worker in leases.Workers)
                call.Note($"{worker.Worker}: {worker.Count} leases");
            return ExitCode.Ok;
        });

    public static Command Analyze(LeaseVerb verb) => verb.Create(
        "analyze",
        "Judge how evenly the unfinished leases are held; exit code 1 if one of them is held by nobody.",
        [],
        async (call, read, _) =>
        {
            var leases = LeaseDistribution.Of(await read());
            call.Say(
                new
                {
                    Total = leases.Unfinished.Count,
                    leases.Assigned,
                    Workers = leases.Workers.Select(worker => new
                    {
                        worker.Worker,
                        Leases = worker.Count,
                        Deviation = worker.Count - leases.Ideal,
                        Verdict = leases.Judge(worker),
                    }),
                    leases.Ideal,
                    leases.Mean,
                    leases.StandardDeviation,
                    CoefficientOfVariation = leases.Variation,
                    Verdict = leases.JudgeVariation(),
                    leases.Parents,
                    leases.Children,
                },
                LeaseText.Analyze(leases));
            return leases.Unassigned.Any() ? ExitCode.Failed : ExitCode.Ok;
        });

    public static Command Export(LeaseVerb verb)
    {
        var folder = new Option<string>("--directory")
        {
            Description = "Where the file goes.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".",
        };
        return verb.Create(
            "export",
            "Write every lease to lease-data-<timestamp>.json.",
            [folder],
            async (call, read, _) =>
            {
                var items = LeaseDistribution.Of(await read()).All.Select(LeaseItem.Of).ToList();
                var stamp = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
                var path = Path.Combine(call.Parsed.GetRequiredValue(folder), $"lease-data-{stamp}.json");
                try
                {
                    CommandConsole.WriteJson(path, items);
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    throw new CommandException(ExitCode.Failed, $"cannot write {path}: {failure.Message}", failure);
                }
                var size = new FileInfo(path).Length;
                call.Say(
                    new { Path = path, Items = items.Count, Bytes = size },
                    $"Exported {items.Count} leases to {path} ({size} bytes)");
                return ExitCode.Ok;
            });
    }
}
