using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Divvy.TestKit.Etcd;
using Divvy.Torture.Targets;

namespace Divvy.Torture;

/// <summary>The command line of the torture.</summary>
public static class TortureCommand
{
    /// <summary>Exit code when every promise was kept.</summary>
    public const int Kept = 0;

    /// <summary>Exit code when a promise was broken; the data is kept.</summary>
    public const int Violated = 1;

    /// <summary>Exit code of arguments that make no sense, and of a binary or a directory that cannot be used.</summary>
    public const int BadArguments = 2;

    private const int MostMembers = 9;

    private static readonly TimeSpan longestRound = TimeSpan.FromMinutes(5);

    private static readonly Option<string> target = new("--target")
    {
        Description = "What is tortured: divvy or etcd.",
        DefaultValueFactory = _ => "divvy",
    };

    private static readonly Option<int> members = Count("--members", 1, MostMembers, "Members of the cluster.");

    private static readonly Option<int?> rounds = new("--rounds")
    {
        Description = "It ends after so many rounds. Default: 100, or as many as there is time for.",
        CustomParser = static result => ReadCount(result, int.MaxValue),
    };

    private static readonly Option<TimeSpan?> duration = new("--duration")
    {
        Description = "No round begins after it: 90s, 30m or 2h. Default: no end but the rounds'.",
        HelpName = "DURATION",
        CustomParser = ReadDuration,
    };

    private static readonly Option<int> seed = new("--seed")
    {
        Description = "What is done when, and to whom, is drawn from it.",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> writers = Count("--writers", 8, 1_000, "Clients that write at once.");

    private static readonly Option<FileInfo> binary = new("--binary")
    {
        Description = "What is started. Default: the divvy beside this program, or the etcd of the path.",
    };

    private static readonly Option<string?> directory = new("--directory")
    {
        Description = "Where the members' data goes. Default: a temporary one that is removed if every promise is kept.",
    };

    static TortureCommand()
    {
        target.AcceptOnlyFromAmong("divvy", "etcd");
        binary.AcceptExistingOnly();
    }

    /// <summary>Runs it and prints a line a round. Returns the exit code.</summary>
    public static async Task<int> InvokeAsync(string[] args)
    {
        var root = new RootCommand(
            "Kills, pauses and cuts off the members of a store, which are real processes, while clients write, and"
            + " checks that no promise is broken.")
        {
            target, members, rounds, duration, seed, writers, binary, directory,
        };
        root.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            // An interrupted round is finished, so that its members are stopped and its promises checked.
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = longestRound });
        }

        foreach (var error in parsed.Errors)
            await Console.Error.WriteLineAsync($"Divvy.Torture: {error.Message} (try --help)");
        return BadArguments;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(binary)?.FullName;
        var wantsEtcd = parsed.GetValue(target) == "etcd";
        if (wantsEtcd && file is null && EtcdBinary.Server is null)
            return await RefuseAsync($"{EtcdBinary.SkipReason}; --binary names another");
        if (!TryPrepare(parsed.GetValue(directory), out var place, out var error))
            return await RefuseAsync(error);

        var longest = parsed.GetValue(duration);
        var options = new TortureOptions
        {
            Target = wantsEtcd ? new EtcdTarget(file) : new DivvyTarget(file),
            Members = parsed.GetValue(members),
            Rounds = parsed.GetValue(rounds) ?? (longest is null ? 100 : int.MaxValue),
            Duration = longest ?? TimeSpan.MaxValue,
            Seed = parsed.GetValue(seed),
            Writers = parsed.GetValue(writers),
            Directory = place,
        };
        TortureSummary summary;
        await using (var run = new TortureRun(options, Console.WriteLine))
            summary = await run.RunAsync(cancellationToken);
        Print(options, summary);
        if (summary.Violation is not null)
        {
            Console.WriteLine($"VIOLATED in {summary.Violation}");
            Console.WriteLine($"the data is kept in {place}");
            return Violated;
        }

        Console.WriteLine("every promise was kept");
        if (parsed.GetValue(directory) is null)
            Directory.Delete(place, recursive: true);
        return Kept;
    }

    private static bool TryPrepare(string? wanted, out string place, out string error)
    {
        (place, error) = (wanted ?? "", "");
        try
        {
            place = wanted is null
                ? Directory.CreateTempSubdirectory("divvy-torture-").FullName
                : Directory.CreateDirectory(wanted).FullName;
            if (!Directory.EnumerateFileSystemEntries(place).Any())
                return true;
            error = $"{place} is not empty: name a new directory, so that no member starts on old data";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = $"the directory cannot be used: {failure.Message}";
        }

        return false;
    }

    private static async Task<int> RefuseAsync(string error)
    {
        await Console.Error.WriteLineAsync($"Divvy.Torture: {error}");
        return BadArguments;
    }

    private static void Print(TortureOptions options, TortureSummary summary)
    {
        Console.WriteLine($"{summary.Rounds} rounds on {options.Members} x {options.Target.Name} (seed {options.Seed}):"
            + $" {summary.Kills} kills, {summary.Disturbances} pauses and cuts, {summary.Acknowledged} writes acknowledged,"
            + $" {summary.Unknown} unknown, {summary.Reads} reads, {summary.Calls} calls in order,"
            + $" revision {summary.Revision}");
        foreach (var (failpoint, deaths) in summary.Failpoints)
            Console.WriteLine($"  died {deaths} times at {failpoint}");
    }

    private static Option<int> Count(string name, int standard, int most, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = result => ReadCount(result, most) ?? standard,
    };

    private static int? ReadCount(ArgumentResult result, int most)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
            return number;
        result.AddError($"'{text}' is not a whole number from 1 to {most}.");
        return null;
    }

    private static TimeSpan? ReadDuration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var unit = text.Length == 0 ? TimeSpan.Zero : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        if (unit > TimeSpan.Zero
            && double.TryParse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < 10_000)
            return number * unit;
        result.AddError($"'{text}' is no duration: say 90s, 30m or 2h.");
        return null;
    }
}
