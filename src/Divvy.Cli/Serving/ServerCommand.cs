using System.CommandLine;
using System.CommandLine.Parsing;
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
    private readonly StoreOptions store = new();
    private readonly Option<string?> certificate = File(
        "--cert", "Serve --listen with TLS, showing this certificate (PEM); needs --key.");
    private readonly Option<string?> key = File("--key", "Its private key (PEM).");
    private readonly Option<string?> authority = File(
        "--client-ca",
        "Clients must show a certificate from this authority (PEM); its common name is their user when the store has "
            + "authentication on.");
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

    public static Command Create(CommandConsole console)
    {
        var server = new ServerCommand();
        var command = new Command("server", "Run a server: on the embedded store, or with --etcd on an etcd.")
        {
            server.listen, server.http, server.certificate, server.key, server.authority, server.etcd,
        };
        foreach (var option in server.store.All)
            command.Add(option);
        command.Add(server.name);
        foreach (var option in server.settings.ForServer)
            command.Add(option);
        foreach (Option option in new Option[]
            { server.sessionTtl, server.controllerTtl, server.prefix, server.id, server.logLevel, server.supervised })
            command.Add(option);
        command.Validators.Add(server.CheckStore);
        command.Validators.Add(result =>
        {
            if (result.GetValue(server.name) is null
                && server.settings.ForServer.FirstOrDefault(option => result.GetResult(option) is { Implicit: false })
                    is { } orphan)
                result.AddError($"{orphan.Name} describes a namespace: name it with --namespace.");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            server.Read(parsed, console.Variable), cancellationToken));
        return command;
    }

    private void CheckStore(CommandResult result)
    {
        if (StoreOptions.Given(result, etcd))
        {
            foreach (var option in store.All.Where(option => StoreOptions.Given(result, option)))
                result.AddError($"{option.Name} is about the embedded store; with --etcd there is none.");
        }

        foreach (var complaint in store.Complaints(result))
            result.AddError(complaint);
        if (StoreOptions.Given(result, certificate) != StoreOptions.Given(result, key))
            result.AddError("--cert and --key go together: one of them is missing.");
        if (StoreOptions.Given(result, authority) && !StoreOptions.Given(result, certificate))
            result.AddError("--client-ca needs --cert and --key: without TLS clients show no certificates.");
    }

    private static Option<string?> File(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE" };

    private ServerSettings Read(ParseResult parsed, Func<string, string?> variable) => new()
    {
        Listen = parsed.GetValue(listen),
        Http = parsed.GetValue(http),
        Etcd = parsed.GetValue(etcd),
        Store = store.Read(parsed, variable),
        Tls = parsed.GetValue(certificate) is { } file
            ? new ClientTls(file, parsed.GetValue(key)!, parsed.GetValue(authority))
            : null,
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
            await Task.WhenAny(stop.WaitAsync(), host.Failed);
            host.Logger.Stopping();
            host.ThrowIfFailed();
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Told to stop while it still waited for its store: that is a good end as well.
        }
        return (int)ExitCode.Ok;
    }
}
