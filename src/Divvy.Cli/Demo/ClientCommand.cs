using System.CommandLine;
using Divvy.Cli.Admin;
using Divvy.Cli.Logging;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Demo;

/// <summary><c>divvy client</c>.</summary>
internal sealed class ClientCommand
{
    private readonly Option<ServerList?> servers = ServerListOption.Create();
    private readonly Option<string> space = new("--namespace", "-n")
    {
        Description = "The namespace.",
        HelpName = "NAME",
        DefaultValueFactory = _ => AdminVerb.DefaultNamespace,
    };
    private readonly Option<string> id = new("--id")
    {
        Description = "Names the instances: ID-1 up, or ID alone if there is one.",
        HelpName = "ID",
        DefaultValueFactory = _ => "instance",
    };
    private readonly Option<int> clients = TypedOption.Number("--clients", 3, 1, 1_000, "How many instances.");
    private readonly Option<double> capacity = new("--capacity")
    {
        Description = "How much each can carry, relative to other instances.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<string> zone = new("--zone")
    {
        Description = "The failure domain.",
        HelpName = "Z",
        DefaultValueFactory = _ => "",
    };
    private readonly Option<Duration> duration = TypedOption.Duration(
        "--duration", Duration.Seconds(60), "Then they drain and leave; 0s: when told to.");
    private readonly Option<bool> failover = new("--failover")
    {
        Description = "Kill one of them halfway, abruptly.",
    };
    private readonly Option<int?> port = new("--http")
    {
        Description = "Serve GET /echo/{key} on this port and, one each, on those after it.",
        HelpName = "PORT0",
    };
    private readonly Option<string?> journal = new("--journal")
    {
        Description = "Append every ownership event to this file, one JSON line each.",
        HelpName = "FILE",
    };
    private readonly Option<Duration> prepareDelay = TypedOption.Duration(
        "--prepare-delay", default, "Pretend that loading a shard takes so long.");
    private readonly Option<Duration> yieldDelay = TypedOption.Duration(
        "--yield-delay", default, "Pretend that letting go of a shard takes so long.");
    private readonly Option<Duration> registerTimeout = TypedOption.Duration(
        "--register-timeout", Duration.Seconds(30), "How long to try to get a session.");
    private readonly Option<Duration> drainTimeout = TypedOption.Duration(
        "--drain-timeout", Duration.Seconds(30), "How long to wait for the shards to move away.");
    private readonly Option<LogLevel> logLevel = LogLevelOption.Create();
    private readonly Option<bool> supervised = SupervisedOption.Create();

    private ClientCommand()
    {
    }

    public static Command Create(CommandConsole console)
    {
        var client = new ClientCommand();
        client.port.Validators.Add(TypedOption.InRange("--http", 1, ushort.MaxValue));
        client.port.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int?>() is not { } first)
                return;
            var last = first + result.GetValue(client.clients) - 1;
            if (last is > ushort.MaxValue and < 2 * ushort.MaxValue)
                result.AddError($"--http {first} is too high: the last instance would have port {last}.");
        });
        client.capacity.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<double>() is not (> 0 and < double.PositiveInfinity))
                result.AddError("--capacity must be above 0.");
        });
        client.failover.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>() && result.GetValue(client.duration).Value == TimeSpan.Zero)
                result.AddError("--failover kills halfway: say a --duration.");
        });
        var command = new Command("client", "Run demo instances in this process.")
        {
            client.servers, client.space, client.id, client.clients, client.capacity, client.zone, client.duration,
            client.failover, client.port, client.journal, client.prepareDelay, client.yieldDelay,
            client.registerTimeout, client.drainTimeout, client.logLevel, client.supervised,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(client.Read(parsed, console), cancellationToken));
        return command;
    }

    private ClientSettings Read(ParseResult parsed, CommandConsole console) => new()
    {
        Servers = ServerListOption.Read(parsed.GetValue(servers), console),
        Namespace = parsed.GetRequiredValue(space),
        Id = parsed.GetRequiredValue(id),
        Clients = parsed.GetValue(clients),
        Capacity = parsed.GetValue(capacity),
        Zone = parsed.GetRequiredValue(zone),
        Duration = parsed.GetValue(duration).Value,
        Failover = parsed.GetValue(failover),
        FirstPort = parsed.GetValue(port),
        Journal = parsed.GetValue(journal),
        PrepareDelay = parsed.GetValue(prepareDelay).Value,
        YieldDelay = parsed.GetValue(yieldDelay).Value,
        RegisterTimeout = parsed.GetValue(registerTimeout).Value,
        DrainTimeout = parsed.GetValue(drainTimeout).Value,
        LogLevel = parsed.GetValue(logLevel),
        IsSupervised = parsed.GetValue(supervised),
    };

    private static async Task<int> RunAsync(ClientSettings settings, CancellationToken cancellationToken)
    {
        using var stop = new StopSignal(settings.IsSupervised, cancellationToken);
        await using var fleet = new DemoFleet(settings);
        try
        {
            await fleet.StartAsync(stop.Token);
            var half = settings.Duration == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : settings.Duration / 2;
            await Task.Delay(half, stop.Token);
            if (settings.Failover)
                await fleet.KillOneAsync();
            await Task.Delay(half, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Told to stop before the time was over: the instances drain all the same.
        }
        await fleet.DrainAsync();
        return (int)ExitCode.Ok;
    }
}
