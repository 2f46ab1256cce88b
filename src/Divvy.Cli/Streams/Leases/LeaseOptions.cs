using System.CommandLine;
using Divvy.Cli.Admin;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Streams.Consuming;

namespace Divvy.Cli.Streams.Leases;

/// <summary>Where the leases of an application are kept: options of all commands that read or hold them.</summary>
internal sealed class LeaseOptions
{
    public const string EndpointVariable = "DIVVY_DYNAMODB_ENDPOINT";
    public const string DefaultApplication = "divvy-kcl-consumer";
    public const string Table = "dynamodb";
    public const string Distributor = "divvy";

    /// <summary>The word for the service itself.</summary>
    private const string Service = "aws";

    /// <summary>Where <c>divvy stream emulator</c> serves unless told otherwise.</summary>
    private const string DefaultEndpoint = "http://127.0.0.1:4568";

    private readonly Option<string> store = new("--lease-store")
    {
        Description = $"{Table}: the lease table of the Java KCL; {Distributor}: the distributor's servers.",
        HelpName = $"{Table}|{Distributor}",
        DefaultValueFactory = _ => Table,
    };

    private readonly Option<string> application = new("--application", "-a")
    {
        Description = "The application: name of the lease table, or of the namespace.",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultApplication,
    };

    private readonly Option<string?> endpoint = new("--dynamodb")
    {
        Description = $"Where DynamoDB is: an address, or '{Service}' for the region's service; {EndpointVariable}, or "
            + $"{DefaultEndpoint} (the emulator's), if not said.",
        HelpName = $"URL|{Service}",
    };

    private readonly Option<ServerList?> servers = ServerListOption.Create();

    public LeaseOptions() => store.AcceptOnlyFromAmong(Table, Distributor);

    public IReadOnlyList<Option> All => [store, application, endpoint, servers];

    public string Application(ParseResult parsed) => parsed.GetRequiredValue(application);

    /// <summary>Options of a worker, or of somebody who only looks.</summary>
    public StreamConsumerOptions Read(ParseResult parsed, CommandConsole console, string worker, string stream)
    {
        var options = new StreamConsumerOptions
        {
            ApplicationName = Application(parsed),
            WorkerId = worker,
            Streams = [stream],
            LeaseStore = parsed.GetRequiredValue(store) == Table ? LeaseStoreKind.Table : LeaseStoreKind.Distributor,
        };
        if (options.LeaseStore == LeaseStoreKind.Distributor)
            options.Distributor.Servers = [.. ServerListOption.Read(parsed.GetValue(servers), console)];
        else
            SetTable(options, Address(parsed.GetValue(endpoint), console));
        return options;
    }

    private static void SetTable(StreamConsumerOptions options, Uri? address)
    {
        options.Table.Endpoint = address;
        if (address is not { IsLoopback: true })
            return;
        // Whatever listens on loopback is an emulator: it takes any credentials, and has no use for real ones.
        options.Table.Region = "us-east-1";
        options.Table.Credentials = new Amazon.Runtime.BasicAWSCredentials("emulator", "emulator");
    }

    private static Uri? Address(string? given, CommandConsole console)
    {
        var text = given ?? (console.Variable(EndpointVariable) is { Length: > 0 } variable ? variable : null);
        if (text == Service)
            return null;
        return ServerList.TryParse(text ?? DefaultEndpoint, out var list, out _) && list!.Servers is [var address]
            ? address
            : throw new CommandException(
                ExitCode.Usage,
                $"'{text}' is not the address of a DynamoDB endpoint: write http://HOST:PORT, or '{Service}'.");
    }
}
