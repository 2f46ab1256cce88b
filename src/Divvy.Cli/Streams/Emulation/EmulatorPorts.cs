using System.Globalization;
using System.Text.RegularExpressions;

namespace Divvy.Cli.Streams.Emulation;

/// <summary>Where the emulators serve, as their script says when they do.</summary>
internal sealed partial record EmulatorPorts(int Kinesis, int DynamoDb)
{
    public Uri KinesisAddress => new($"http://127.0.0.1:{Kinesis}");

    public Uri DynamoDbAddress => new($"http://127.0.0.1:{DynamoDb}");

    /// <summary>Null when the line is another.</summary>
    public static EmulatorPorts? TryRead(string line) => Ready().Match(line) is { Success: true } match
        ? new EmulatorPorts(Number(match.Groups[1]), Number(match.Groups[2]))
        : null;

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^ready kinesis=(\d+) dynamodb=(\d+)$")]
    private static partial Regex Ready();
}
