using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Rpc.Client;
using Divvy.Rpc.Tls;

namespace Divvy.Cli.StoreAdmin;

/// <summary>Which store a command is about, and who asks: the options that every command to a running store has, named
/// as <c>etcdctl</c> and <c>divvy bench</c> name them.</summary>
internal sealed class EndpointOptions
{
    private static readonly Uri standard = new("http://127.0.0.1:2379");

    private readonly Option<ServerList?> endpoints = TypedOption.Etcd(
        "--endpoints", "Where the members listen to clients. Default 127.0.0.1:2379.");
    private readonly Option<string?> user = Text("--user", "NAME:PASSWORD", "Log in as this user.");
    private readonly Option<string?> authorities = Text(
        "--cacert", "FILE", "Trust server certificates of these authorities (PEM).");
    private readonly Option<string?> certificate = Text(
        "--cert", "FILE", "Show this client certificate (PEM); needs --key.");
    private readonly Option<string?> key = Text("--key", "FILE", "Its private key (PEM).");

    public IEnumerable<Option> All => [endpoints, user, authorities, certificate, key];

    /// <exception cref="CommandException">They contradict each other, or a file cannot be read.</exception>
    public StoreClient Open(ParseResult parsed)
    {
        var login = parsed.GetValue(user);
        if (login is not null && !login.Contains(':', StringComparison.Ordinal))
            throw new CommandException(ExitCode.Usage, "--user wants NAME:PASSWORD; there is no prompt.");
        var file = parsed.GetValue(certificate);
        var keyFile = parsed.GetValue(key);
        if (file is null != keyFile is null)
            throw new CommandException(ExitCode.Usage, "--cert and --key go together: one of them is missing.");
        try
        {
            var http = new HttpChannelOptions
            {
                TrustedAuthorities = parsed.GetValue(authorities) is { } path ? PemFiles.LoadAuthorities(path) : null,
                ClientCertificate = file is null ? null : PemFiles.LoadCertificate(file, keyFile!),
            };
            return new StoreClient(parsed.GetValue(endpoints)?.Servers ?? [standard], http, login);
        }
        catch (InvalidOperationException failure)
        {
            throw new CommandException(ExitCode.NotFound, failure.Message, failure);
        }
    }

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
