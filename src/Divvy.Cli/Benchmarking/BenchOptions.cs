using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Rpc.Tls;

namespace Divvy.Cli.Benchmarking;

/// <summary>The options of all benchmarks, with the names of etcd's tool; taken before or after the subcommand.
/// </summary>
internal sealed class BenchOptions
{
    private readonly Option<ServerList?> endpoints = TypedOption.Etcd(
        "--endpoints", "Where the servers listen; connection i leads to endpoint i mod n. Default 127.0.0.1:2379.");
    private readonly Option<int> conns = TypedOption.Number("--conns", 1, 1, 10_000, "Connections.");
    private readonly Option<int> clients = TypedOption.Number(
        "--clients", 1, 1, 100_000, "Clients, each with one request at a time; client j uses connection j mod conns.");
    private readonly Option<bool> precise = Flag("--precise", "Print times with all digits.");
    private readonly Option<bool> sample = Flag("--sample", "Also print latency and throughput second by second.");
    private readonly Option<bool> targetLeader = Flag("--target-leader", "Connect to the leader only.");
    private readonly Option<string?> user = Text("--user", "NAME:PASSWORD", "Log in as this user.");
    private readonly Option<Duration> dialTimeout = TypedOption.Duration(
        "--dial-timeout", Duration.Seconds(5), "How long one attempt to connect may take.");
    private readonly Option<string?> authorities = Text(
        "--cacert", "FILE", "Trust server certificates of these authorities (PEM).");
    private readonly Option<string?> certificate = Text(
        "--cert", "FILE", "Show this client certificate (PEM); needs --key.");
    private readonly Option<string?> key = Text("--key", "FILE", "Its private key (PEM).");
    private readonly Option<OutputFormat> format = OutputOption.Create();

    private IReadOnlyList<Option> All =>
    [
        endpoints, conns, clients, precise, sample, targetLeader, user, dialTimeout, authorities, certificate, key,
        format,
    ];

    /// <summary>The names of those that were typed.</summary>
    public IEnumerable<string> Given(ParseResult parsed) =>
        All.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name);

    /// <summary>Adds them to the command and everything below it.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            option.Recursive = true;
            command.Options.Add(option);
        }
    }

    /// <exception cref="CommandException">They contradict each other, or a file cannot be read.</exception>
    public BenchSettings Read(ParseResult parsed)
    {
        if (parsed.GetValue(user) is { } login && !login.Contains(':', StringComparison.Ordinal))
            throw new CommandException(ExitCode.Usage, "--user wants NAME:PASSWORD; there is no prompt.");
        return new BenchSettings
        {
            Endpoints = parsed.GetValue(endpoints)?.Servers ?? [new Uri("http://127.0.0.1:2379")],
            Connections = parsed.GetValue(conns),
            Clients = parsed.GetValue(clients),
            IsPrecise = parsed.GetValue(precise),
            KeepsSeconds = parsed.GetValue(sample),
            TargetsLeader = parsed.GetValue(targetLeader),
            User = parsed.GetValue(user),
            Format = parsed.GetValue(format),
            Channels = new ChannelOptions
            {
                DialTimeout = parsed.GetValue(dialTimeout).Value,
                Authorities = Authorities(parsed.GetValue(authorities)),
                Certificate = Certificate(parsed.GetValue(certificate), parsed.GetValue(key)),
            },
        };
    }

    private static X509Certificate2Collection? Authorities(string? file) =>
        file is null ? null : Load(() => PemFiles.LoadAuthorities(file));

    private static X509Certificate2? Certificate(string? file, string? keyFile)
    {
        if (file is null != keyFile is null)
            throw new CommandException(ExitCode.Usage, "--cert and --key go together: one of them is missing.");
        return file is null ? null : Load(() => PemFiles.LoadCertificate(file, keyFile!));
    }

    private static T Load<T>(Func<T> load)
    {
        try
        {
            return load();
        }
        catch (InvalidOperationException failure)
        {
            throw new CommandException(ExitCode.NotFound, failure.Message, failure);
        }
    }

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
