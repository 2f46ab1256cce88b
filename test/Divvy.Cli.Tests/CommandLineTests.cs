using System.CommandLine;
using Divvy.Cli.Output;

namespace Divvy.Cli.Tests;

public sealed class CommandLineTests
{
    private readonly CapturedConsole console = new();

    public static TheoryData<string> EveryCommand
    {
        get
        {
            var paths = new TheoryData<string>();
            Add(CommandLine.Build(CommandConsole.System()), "");
            return paths;

            void Add(Command command, string path)
            {
                paths.Add(path);
                foreach (var child in command.Subcommands)
                    Add(child, $"{path} {child.Name}".Trim());
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task Help_OfEveryCommand_DescribesItAndItsOptions(string path)
    {
        string[] arguments = [.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"];

        (await console.RunAsync(arguments)).ShouldBe(ExitCode.Ok);
        console.Output.ShouldContain("Usage:");
    }

    [Fact]
    public void EveryOption_HasADescription()
    {
        foreach (var command in All(CommandLine.Build(CommandConsole.System())))
        {
            command.Description.ShouldNotBeNullOrWhiteSpace($"{command.Name} has no description");
            foreach (var option in command.Options)
                option.Description.ShouldNotBeNullOrWhiteSpace($"{command.Name} {option.Name} has no description");
        }
    }

    /// <summary>Words, switches and lists apart: there anything may be a value.</summary>
    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task NoValueOfAnOption_OfEveryCommand_IsRefused(string path)
    {
        string[] words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Command command = CommandLine.Build(CommandConsole.System());
        foreach (var word in words)
            command = command.Subcommands.Single(child => child.Name == word);
        foreach (var option in command.Options.Where(option => IsNumberOrDuration(option.ValueType)))
        {
            var console = new CapturedConsole();

            (await console.RunAsync([.. words, option.Name, "x!"])).ShouldBe(ExitCode.Usage, option.Name);
            console.Error.ShouldStartWith("divvy: ");
        }
    }

    [Fact]
    public async Task NoArguments_ShowsTheCommands()
    {
        (await console.RunAsync()).ShouldBe(ExitCode.Ok);
        console.Output.ShouldContain("journal");
    }

    [Theory]
    [InlineData("500ms", "client --duration 10")]
    [InlineData("'10 s'", "load --duration '10 s'")]
    [InlineData("HOST:PORT", "server --listen nowhere:1")]
    [InlineData("HOST:PORT", "ns list --server localhost")]
    [InlineData("--namespace", "server --shards 5")]
    [InlineData("--standbys 3 is out of range", "ns create a --standbys 3")]
    [InlineData("--clients 0 is out of range", "client --clients 0")]
    [InlineData("--capacity", "client --capacity 0")]
    [InlineData("--duration", "client --failover --duration 0s")]
    [InlineData("--to", "move s1")]
    [InlineData("uniform", "load --profile zipf")]
    [InlineData("nothing", "lab failover --only nothing")]
    [InlineData("last instance would have port 65537", "client --http 65535")]
    [InlineData("'a/b'", "server --namespace a/b --listen 127.0.0.1:0 --http 127.0.0.1:0")]
    [InlineData("fixed port", "up --listen 127.0.0.1:0")]
    [InlineData("a b", "load --namespace 'a b'")]
    [InlineData("a b", "client --id 'a b' --clients 1")]
    [InlineData("--etcd", "server --etcd ftp://nowhere")]
    [InlineData("nonsense", "nonsense")]
    [InlineData("divvy shards --help", "shards")]
    public async Task WrongUsage_SaysWhatIsWrongAndDoesNothing(string expected, string line)
    {
        string[] arguments = [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line.Replace('\'', '"'))];

        (await console.RunAsync(arguments)).ShouldBe(ExitCode.Usage);
        console.Error.Replace('"', '\'').ShouldContain(expected);
        console.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task NobodyListens_IsUnreachable()
    {
        var nobody = $"127.0.0.1:{TestKit.FreePort.Probe()}";

        (await console.With("DIVVY_SERVER", nobody).RunAsync("ns", "list")).ShouldBe(ExitCode.Unreachable);
        console.Error.ShouldContain(nobody);
    }

    [Fact]
    public async Task ServerVariable_NoAddress_SaysThatTheVariableIsWrong()
    {
        (await console.With("DIVVY_SERVER", "nowhere").RunAsync("ns", "list")).ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain("DIVVY_SERVER");
    }

    private static bool IsNumberOrDuration(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsValueType && !plain.IsEnum && plain != typeof(bool) && plain != typeof(void);
    }

    private static IEnumerable<Command> All(Command command) =>
        command.Subcommands.SelectMany(All).Prepend(command);
}
