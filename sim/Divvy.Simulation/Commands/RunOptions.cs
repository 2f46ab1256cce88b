using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Commands;

/// <summary>The options that fix what a seed would otherwise draw.</summary>
internal sealed class RunOptions
{
    private readonly Option<WorkloadKind?> workload = new("--workload")
    {
        Description = "What to simulate: store, distributor or streams. Default: drawn from the seed.",
        CustomParser = ParseWorkload,
    };

    private readonly Option<double?> seconds = new("--seconds")
    {
        Description = "For how many seconds of virtual time faults strike. Default: drawn from the seed.",
    };

    private readonly Option<int?> clients = new("--clients")
    {
        Description = "How many clients keep it busy. Default: drawn from the seed.",
    };

    private readonly Option<int?> members = new("--members") { Description = "Members of the store." };

    private readonly Option<int?> servers = new("--servers") { Description = "Servers (distributor only)." };

    private readonly Option<int?> instances = new("--instances") { Description = "Instances (distributor only)." };

    private readonly Option<int?> shards = new("--shards") { Description = "Shards (distributor only)." };

    private readonly Option<string?> faults = new("--faults")
    {
        Description = "Keep only the faults of these numbers (1,4,9), or none. Default: all that the seed draws.",
    };

    public RunOptions()
    {
        seconds.Validators.Add(result => Require(result, result.GetValue(seconds) is null or > 0 and <= 100_000));
        foreach (var count in Counts)
            count.Validators.Add(result => Require(result, result.GetValue(count) is null or > 0 and <= 100_000));
        faults.Validators.Add(result =>
        {
            if (result.GetValue(faults) is { } text && ParseNumbers(text) is null)
                result.AddError($"--faults {text}: must be numbers with commas between (1,4,9), or none");
        });
    }

    private IEnumerable<Option<int?>> Counts => [clients, members, servers, instances, shards];

    public void AddTo(Command command)
    {
        command.Options.Add(workload);
        command.Options.Add(seconds);
        foreach (var count in Counts)
            command.Options.Add(count);
        command.Options.Add(faults);
    }

    /// <summary>What a seed's run is like with these options.</summary>
    public SimulationOptions For(ulong seed, ParseResult parsed)
    {
        var drawn = SimulationOptions.Draw(seed, parsed.GetValue(workload));
        return drawn with
        {
            Faulty = parsed.GetValue(seconds) is { } given ? TimeSpan.FromSeconds(given) : drawn.Faulty,
            Clients = parsed.GetValue(clients) ?? drawn.Clients,
            Members = parsed.GetValue(members) ?? drawn.Members,
            Servers = parsed.GetValue(servers) ?? drawn.Servers,
            Instances = parsed.GetValue(instances) ?? drawn.Instances,
            Shards = parsed.GetValue(shards) ?? drawn.Shards,
            KeepFaults = parsed.GetValue(faults) is { } text ? ParseNumbers(text) : null,
        };
    }

    /// <summary>The options as they were given, to be handed to another process.</summary>
    public IReadOnlyList<string> Given(ParseResult parsed)
    {
        var given = new List<string>();
        Add(workload, parsed.GetValue(workload)?.ToString().ToLowerInvariant());
        Add(seconds, parsed.GetValue(seconds)?.ToString(CultureInfo.InvariantCulture));
        foreach (var count in Counts)
            Add(count, parsed.GetValue(count)?.ToString(CultureInfo.InvariantCulture));
        Add(faults, parsed.GetValue(faults));
        return given;

        void Add(Option option, string? value)
        {
            if (value is not null)
                given.AddRange([option.Name, value]);
        }
    }

    private static HashSet<int>? ParseNumbers(string text)
    {
        var numbers = new HashSet<int>();
        if (text == "none")
            return numbers;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            numbers.Add(number);
        }

        return numbers;
    }

    private static WorkloadKind? ParseWorkload(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        switch (text)
        {
            case "store":
                return WorkloadKind.Store;
            case "distributor":
                return WorkloadKind.Distributor;
            case "streams":
                return WorkloadKind.Streams;
            default:
                result.AddError($"--workload {text}: must be store, distributor or streams");
                return null;
        }
    }

    private static void Require(OptionResult result, bool holds)
    {
        if (!holds)
            result.AddError($"{result.Option.Name} {result.Tokens[0].Value}: must be above 0 and at most 100000");
    }
}
