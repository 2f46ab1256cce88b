using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Divvy.Cli.Parsing;
using Divvy.Store;
using Divvy.Store.Peers;

namespace Divvy.Cli.Serving;

/// <summary>The options of <c>divvy server</c> that are about its embedded store. Names are etcd's where etcd's option
/// means the same.</summary>
internal sealed class StoreOptions
{
    /// <summary>gofail's variables: where failpoints are set over HTTP, and which are set from the start.</summary>
    public const string FailpointsVariable = "GOFAIL_HTTP";

    public const string PresetsVariable = "GOFAIL_FAILPOINTS";

    private const string Extensive = "extensive";

    private static readonly EmbeddedStoreOptions standard = new();

    private readonly Option<string?> folder = Text(
        "--data-dir", "DIR", "Where the embedded store keeps its state; in memory if not said.");
    private readonly Option<string> name = new("--name")
    {
        Description = "This member's name in its cluster.",
        HelpName = "NAME",
        DefaultValueFactory = _ => standard.Name,
    };
    private readonly Option<PeerList?> peers = TypedOption.Of<PeerList>(
        "--peers", "NAME=URL,...", "All members of a new cluster, this one among them.", PeerList.TryParse);
    private readonly Option<IReadOnlyList<PeerUrl>?> join = Urls(
        "--join", "Peer URLs of members of a running cluster that this one was added to ('divvy store members add').");
    private readonly Option<IReadOnlyList<PeerUrl>?> peerUrl = Urls(
        "--peer-url", "Where the other members reach this one, when --peers does not say.");
    private readonly Option<IReadOnlyList<PeerUrl>?> peerListen = Urls(
        "--peer-listen", "Where it listens to the other members, if that is not where they reach it.");
    private readonly Option<string> token = new("--cluster-token")
    {
        Description = "Tells a new cluster apart from another one of the same addresses.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => standard.ClusterToken,
    };
    private readonly Option<string?> clientUrl = Text(
        "--client-url", "URL", "Where clients are told to connect, if that is not where --listen is.");
    private readonly Option<Duration> heartbeat = TypedOption.Duration(
        "--heartbeat-interval", new Duration(standard.HeartbeatInterval), "How often a leader says that it is there.");
    private readonly Option<Duration> election = TypedOption.Duration(
        "--election-timeout",
        new Duration(standard.ElectionTimeout),
        "How long a member hears nothing from a leader before it looks for another; at least three heartbeats.");
    private readonly Option<long> quota = TypedOption.Bytes(
        "--quota-bytes", standard.QuotaBytes, "Puts are refused above this.");
    private readonly Option<long> snapshot = TypedOption.Bytes(
        "--snapshot-bytes", standard.SnapshotBytes, "Bytes of log after which a snapshot replaces it.");
    private readonly Option<string?> metrics = Text(
        "--metrics", $"basic|{Extensive}", "extensive: with the time that each method takes.")
        .AcceptOnlyFromAmong("basic", Extensive);
    private readonly Option<string?> peerCert = Text("--peer-cert", "FILE", "This member's certificate (PEM).");
    private readonly Option<string?> peerKey = Text("--peer-key", "FILE", "Its private key (PEM).");
    private readonly Option<string?> peerAuthority = Text(
        "--peer-ca", "FILE", "The authority that the members' certificates come from (PEM).");
    private readonly Option<ListenAddress?> failpoints = TypedOption.Of<ListenAddress?>(
        "--failpoints",
        "ADDR",
        $"For tests: where failpoints are set over HTTP, on loopback; or the variable {FailpointsVariable}.",
        static (string text, out ListenAddress? address, out string error) =>
        {
            var isRead = ListenAddress.TryParse(text, out var read, out error);
            address = read;
            return isRead;
        });

    public StoreOptions()
    {
        failpoints.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<ListenAddress?>() is { } address
                && !IPAddress.IsLoopback(address.Address))
                result.AddError("--failpoints listens on loopback only: who reaches it can end the process.");
        });
    }

    public IReadOnlyList<Option> All =>
    [
        folder, name, peers, join, peerUrl, peerListen, token, clientUrl, heartbeat, election, quota, snapshot, metrics,
        peerCert, peerKey, peerAuthority, failpoints,
    ];

    /// <summary>Everything that contradicts itself, one sentence each.</summary>
    public IEnumerable<string> Complaints(CommandResult result)
    {
        var folderIsGiven = Given(result, folder);
        foreach (var option in new Option[] { peers, join, peerUrl, peerListen })
        {
            if (!folderIsGiven && Given(result, option))
                yield return $"{option.Name} needs --data-dir: a member that forgets its votes may elect two leaders.";
        }

        if (Given(result, peers) && Given(result, join))
            yield return "--peers makes a new cluster and --join enters a running one: choose.";
        if (Given(result, peers) && Given(result, peerUrl))
            yield return "--peers already says where the others reach this member; --peer-url goes with --join.";
        if (Given(result, join) && !Given(result, peerUrl))
            yield return "--join needs --peer-url: the URL that this member was added with.";
        var own = ValueOf(result, name, standard.Name);
        if (ValueOf(result, peers, null) is { } list && !list.Members.Any(one => one.Name == own))
            yield return $"--peers {list} does not name '{own}': say with --name which is this one.";
        if (Given(result, peerListen) && !Given(result, peers) && !Given(result, peerUrl))
            yield return "--peer-listen needs --peer-url: the others have to be told where this member is.";
        var beat = ValueOf(result, heartbeat, new Duration(standard.HeartbeatInterval)).Value;
        if (ValueOf(result, election, new Duration(standard.ElectionTimeout)).Value < 3 * beat)
            yield return "--election-timeout must be at least three times --heartbeat-interval.";
        if (new[] { peerCert, peerKey, peerAuthority }.Count(option => Given(result, option)) is 1 or 2)
            yield return "--peer-cert, --peer-key and --peer-ca go together: one of them is missing.";
    }

    public static bool Given(SymbolResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <param name="parsed">What was typed.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="Output.CommandException">A variable cannot be read.</exception>
    public StoreSettings Read(ParseResult parsed, Func<string, string?> variable) => new()
    {
        DataDirectory = parsed.GetValue(folder),
        Name = parsed.GetRequiredValue(name),
        Peers = parsed.GetValue(peers),
        Join = parsed.GetValue(join),
        PeerUrls = parsed.GetValue(peerUrl),
        PeerListen = parsed.GetValue(peerListen),
        ClusterToken = parsed.GetRequiredValue(token),
        ClientUrl = parsed.GetValue(clientUrl),
        HeartbeatInterval = parsed.GetValue(heartbeat).Value,
        ElectionTimeout = parsed.GetValue(election).Value,
        QuotaBytes = parsed.GetValue(quota),
        SnapshotBytes = parsed.GetValue(snapshot),
        HasExtensiveMetrics = parsed.GetValue(metrics) == Extensive,
        Failpoints = parsed.GetValue(failpoints) ?? FailpointsFrom(variable),
        FailpointPresets = variable(PresetsVariable),
        PeerTls = parsed.GetValue(peerCert) is { } certificate
            ? new PeerTlsOptions
            {
                CertificatePath = certificate,
                KeyPath = parsed.GetValue(peerKey)!,
                TrustedAuthorityPath = parsed.GetValue(peerAuthority)!,
            }
            : null,
    };

    /// <summary>Where it was not given, or cannot be read, which the option itself complains about, the standard
    /// value.</summary>
    private static T ValueOf<T>(CommandResult result, Option<T> option, T standard)
    {
        if (result.GetResult(option) is not { Implicit: false } given)
            return standard;
        try
        {
            return given.GetValueOrDefault<T>() ?? standard;
        }
        catch (InvalidOperationException)
        {
            return standard;
        }
    }

    private static ListenAddress? FailpointsFrom(Func<string, string?> variable)
    {
        if (variable(FailpointsVariable) is not { Length: > 0 } text)
            return null;
        if (!ListenAddress.TryParse(text, out var address, out var error))
            throw new Output.CommandException(Output.ExitCode.Usage, $"{FailpointsVariable}: {error}");
        return IPAddress.IsLoopback(address.Address)
            ? address
            : throw new Output.CommandException(
                Output.ExitCode.Usage, $"{FailpointsVariable} '{text}': failpoints listen on loopback only.");
    }

    private static Option<IReadOnlyList<PeerUrl>?> Urls(string name, string description) =>
        TypedOption.Of<IReadOnlyList<PeerUrl>?>(name, "URL[,URL]", description, PeerUrl.TryParseAll);

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
