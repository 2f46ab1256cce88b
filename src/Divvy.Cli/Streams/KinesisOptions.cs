using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams;

/// <summary>Which Kinesis and which stream a command is about: options that all commands to a stream have.</summary>
internal sealed class KinesisOptions
{
    public const string EndpointVariable = "DIVVY_KINESIS_ENDPOINT";
    public const string DefaultStream = "divvy-experiment";

    /// <summary>The word for the service itself.</summary>
    public const string Service = "aws";

    /// <summary>Where <c>divvy stream emulator</c> serves unless told otherwise.</summary>
    public static readonly Uri DefaultEndpoint = new("http://127.0.0.1:4567");

    private readonly Option<string?> endpoint = new("--endpoint")
    {
        Description = $"Where Kinesis is: an address, or '{Service}' for the region's service; {EndpointVariable}, or "
            + $"{DefaultEndpoint} (the emulator's), if not said.",
        HelpName = $"URL|{Service}",
    };

    private readonly Option<string?> region = new("--region")
    {
        Description = "The region of AWS; AWS_REGION or the profile's, if not said.",
        HelpName = "REGION",
    };

    private readonly Option<string> stream = new("--stream", "-s")
    {
        Description = "The stream.",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultStream,
    };

    private readonly Option<Duration> timeout = TypedOption.Duration(
        "--timeout", Duration.Seconds(60), "How long waiting for the stream to change may take.");

    public IReadOnlyList<Option> All => [stream, endpoint, region, timeout];

    public string Stream(ParseResult parsed) => parsed.GetRequiredValue(stream);

    public TimeSpan Timeout(ParseResult parsed) => parsed.GetValue(timeout).Value;

    /// <exception cref="CommandException">The endpoint is no address, or no region is known.</exception>
    public KinesisClient Open(ParseResult parsed, CommandConsole console)
    {
        var address = Endpoint(parsed.GetValue(endpoint), console);
        try
        {
            // Whatever listens on loopback is an emulator: it takes any credentials, and has no use for real ones.
            var options = address is { IsLoopback: true }
                ? KinesisClientOptions.ForEmulator(address)
                : new KinesisClientOptions { Endpoint = address };
            if (parsed.GetValue(region) is { } name)
                options.Region = name;
            return new KinesisClient(options);
        }
        catch (ArgumentException failure)
        {
            throw new CommandException(ExitCode.Usage, $"{failure.Message} (--endpoint, --region)", failure);
        }
    }

    /// <summary>The address that was said; null: the region's.</summary>
    internal static Uri? Endpoint(string? given, CommandConsole console)
    {
        var text = given ?? (console.Variable(EndpointVariable) is { Length: > 0 } variable ? variable : null);
        if (text is null)
            return DefaultEndpoint;
        if (text == Service)
            return null;
        return ServerList.TryParse(text, out var list, out _) && list!.Servers is [var address]
            ? address
            : throw new CommandException(
                ExitCode.Usage,
                $"'{text}' is not the address of a Kinesis endpoint: write http://HOST:PORT, or '{Service}'.");
    }
}
