using System.CommandLine;
using Divvy.Cli.Logging;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Serving;

/// <summary><c>divvy server</c>.</summary>
internal sealed class ServerCommand
{
    public const int DefaultListenPort = 2379;
    public const int DefaultHttpPort = 8080;

    private readonly Option<ListenAddress> listen = TypedOption.Listen(
        "--listen",
        ListenAddress.Loopback(DefaultListenPort),
        "Where instances and routers connect and, on the embedded store, etcd clients.");
    private readonly Option<ListenAddress> http = TypedOption.Listen(
        "--http", ListenAddress.Loopback(DefaultHttpPort), "Where the admin API, /health, /ready and /metrics are.");
    private readonly Option<ServerList?> etcd = TypedOption.Etcd(
        "--etcd", "Keep the state in this etcd instead of the embedded store.");
    private readonly Option<string?> name = new("--namespace", "-n")
    {
        Description = "Create this namespace if it is missing.",
        HelpName = "NAME",
    };
    private readonly NamespaceOptions settings = new();
    private readonly Option<string> prefix = new("--prefix")
    {
        Description = "Put before every key in the store, to share an etcd; begins with '/'.",
        HelpName = "PREFIX",
        DefaultValueFactory = _ => "",
    };
    private readonly Option<Duration> sessionTtl = TypedOption.Duration(
        "--session-ttl", Duration.Seconds(10), "How long an instance may be silent, where its namespace says nothing.");
    private readonly Option<Duration> controllerTtl = TypedOption.Duration(
        "--controller-ttl", Duration.Seconds(5), "How long a namespace is without a controller after its server died.");
    private readonly Option<string?> id = new("--id")
    {
        Description = "Names the server; the machine's name and the port if not said.",
        HelpName = "ID",
    };
    private readonly Option<LogLevel> logLevel = LogLevelOption.Create();
    private readonly Option<bool> supervised = SupervisedOption.Create();

    private ServerCommand()
    {
    }

    public static Command Create()
    {
        var server = new ServerCommand();
        var command = new Command("server", "Run a server: on the embedded store, or with --etcd on an etcd.")
        {
            server.listen, server.http, server.etcd, server.name,
        };
        foreach (var option in server.settings.ForServer)
            command.Add(option);
        foreach (Option option in new Option[]
            { server.sessionTtl, server.controllerTtl, server.prefix, server.id, server.logLevel, server.supervised })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(server.name) is null
                && server.settings.ForServer.FirstOrDefault(option => result.GetResult(option) is { Implicit: false })
                    is { } orphan)
                result.AddError($"{orphan.Name} describes a namespace: name it with --namespace.");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(server.Read(parsed), cancellationToken));
        return command;
    }

    private ServerSettings Read(ParseResult parsed) => new()
    {
        Listen = parsed.GetValue(listen),
        Http = parsed.GetValue(http),
        Etcd = parsed.GetValue(etcd),
        Namespace = parsed.GetValue(name),
        NamespaceConfig = settings.Config(parsed),
        Prefix = parsed.GetValue(prefix) ?? "",
        SessionTtl = parsed.GetValue(sessionTtl).Value,
        ControllerTtl = parsed.GetValue(controllerTtl).Value,
        Id = parsed.GetValue(id),
        LogLevel = parsed.GetValue(logLevel),
        IsSupervised = parsed.GetValue(supervised),
    };

    private static async Task<int> RunAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        using var stop = new StopSignal(settings.IsSupervised, cancellationToken);
        try
        {
            await using var host = await ServerHost.StartAsync(settings, stop.Token);
            await stop.WaitAsync();
            host.Logger.Stopping();
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Told to stop while it still waited for its store: that is a good end as well.
        }
        return (int)ExitCode.Ok;
    }
}
