using System.Text.RegularExpressions;
using Divvy.TestKit.Node;
using Xunit;

namespace Divvy.TestKit.Kinesis;

/// <summary>One process with kinesalite and dynalite for a collection of tests, on free ports. Tests share it: each
/// takes names of its own for streams and tables (<see cref="NewName"/>).</summary>
public sealed partial class EmulatorFixture : IAsyncLifetime
{
    private static readonly NodeProject project = new(Path.Combine("eng", "emulators"));
    private static long names;

    private ChildProcess? process;

    /// <summary>Why tests that need the emulators are skipped, or null if they are not.</summary>
    public static string? SkipReason { get; } = IsOnPath("node") && IsOnPath("npm")
        ? null
        : "NOT TESTED AGAINST KINESIS AND DYNAMODB EMULATORS: node and npm are missing on the PATH";

    /// <summary>Where Kinesis is, for example <c>http://127.0.0.1:14567</c>.</summary>
    public Uri Kinesis { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>Where DynamoDB is.</summary>
    public Uri DynamoDb { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>A name that no other test of this process has.</summary>
    public static string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref names)}";

    public async Task InitializeAsync()
    {
        if (SkipReason is not null)
            return;
        process = await project.StartAsync("emulators.js", "--supervised");
        var line = await process.WaitForLineAsync(Ready().IsMatch, "that the emulators are ready");
        var ports = Ready().Match(line).Groups;
        Kinesis = new Uri($"http://127.0.0.1:{ports[1].Value}");
        DynamoDb = new Uri($"http://127.0.0.1:{ports[2].Value}");
    }

    public async Task DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(directory => File.Exists(Path.Combine(directory, program)));

    [GeneratedRegex(@"^ready kinesis=(\d+) dynamodb=(\d+)$")]
    private static partial Regex Ready();
}
