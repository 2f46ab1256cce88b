using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Divvy.Cli.Measurement;
using Divvy.Cli.Output;

namespace Divvy.Cli.Journals;

/// <summary><c>divvy journal check</c>: did two instances ever own one shard at one time?</summary>
internal static class JournalCommand
{
    private const int MaxListed = 20;

    public static Command Create(CommandConsole console) => new(
        "journal", "Work with the ownership journals that 'divvy client --journal' writes.")
    {
        Check(console),
    };

    private static Command Check(CommandConsole console)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Journals of instances that ran on one machine.",
            Arity = ArgumentArity.OneOrMore,
        };
        var killed = new Option<Death[]>("--killed")
        {
            Description = "An instance that was killed at that time: what it held ended then. Repeatable.",
            HelpName = "INSTANCE@UNIX_NS",
            CustomParser = ReadDeaths,
        };
        var format = OutputOption.Create();
        var command = new Command("check", "Check that no shard had two owners; exit code 1 if one had.")
        {
            files, killed, format,
        };
        command.SetAction(parsed => Run(
            console,
            parsed.GetRequiredValue(files),
            parsed.GetValue(killed) ?? [],
            parsed.GetValue(format)));
        return command;
    }

    private static int Run(CommandConsole console, string[] files, Death[] deaths, OutputFormat format)
    {
        var report = OwnershipAudit.Check([.. files.SelectMany(ReadFile)], deaths);
        if (format == OutputFormat.Json)
            console.WriteJson(report);
        else
            Print(console.Output, report);
        return (int)(report.IsClean ? ExitCode.Ok : ExitCode.Failed);
    }

    private static IReadOnlyList<JournalEntry> ReadFile(string path)
    {
        try
        {
            return JournalFormat.Read(path, File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ExitCode.NotFound, $"there is no journal {path}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"cannot read {path}: {failure.Message}", failure);
        }
        catch (FormatException failure)
        {
            throw new CommandException(ExitCode.Failed, failure.Message, failure);
        }
    }

    private static void Print(TextWriter writer, AuditReport report)
    {
        var gaps = report.Gaps.Select(gap => gap.Nanoseconds / 1e6).ToList();
        writer.WriteLine(
            $"{report.Entries} entries, {report.Shards} shards, {report.Holds} holds, {gaps.Count} changes with a gap");
        writer.WriteLine($"gap between two holds: {Quantile.Describe(gaps)}");
        foreach (var overlap in report.Overlaps.Take(MaxListed))
        {
            writer.WriteLine(
                $"OVERLAP  {overlap.First.Shard}: {Text(overlap.First)} and {Text(overlap.Second)} "
                + $"for {(overlap.To - overlap.From) / 1e6:0.000} ms from {overlap.From}");
        }
        foreach (var fault in report.GenerationFaults.Take(MaxListed))
        {
            writer.WriteLine(
                $"GENERATION DID NOT GROW  {fault.First.Shard}: {Text(fault.First)}, then {Text(fault.Second)}");
        }
        foreach (var hold in report.Unended.Take(MaxListed))
        {
            writer.WriteLine($"no end recorded  {hold.Shard}: {Text(hold)}, followed by somebody else"
                + $" (killed? check it with --killed {hold.Instance}@UNIX_NS)");
        }
        if (report.Unheld.Count > 0)
            writer.WriteLine($"nobody held {report.Unheld.Count} shards at the end");
        writer.WriteLine(report.IsClean
            ? "0 overlaps, generations grew"
            : $"{report.Overlaps.Count} overlaps, {report.GenerationFaults.Count} generations that did not grow");
    }

    private static string Text(Hold hold) => $"{hold.Instance} (generation {hold.Generation})";

    private static Death[] ReadDeaths(ArgumentResult result)
    {
        var deaths = new List<Death>();
        foreach (var token in result.Tokens)
        {
            var at = token.Value.LastIndexOf('@');
            if (at > 0 && long.TryParse(token.Value[(at + 1)..], CultureInfo.InvariantCulture, out var time))
                deaths.Add(new Death(token.Value[..at], time));
            else
                result.AddError($"'{token.Value}' is not INSTANCE@UNIX_NS, such as instance-2@1764000000000000000.");
        }
        return [.. deaths];
    }
}
