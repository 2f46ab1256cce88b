using System.Text.Json;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Serving;
using Divvy.TestKit;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Tests.Admin;

/// <summary>The verbs over a real server in this process.</summary>
public sealed class AdminCommandTests : IAsyncLifetime
{
    private readonly CapturedConsole console = new();
    private readonly string http = $"127.0.0.1:{FreePort.Probe()}";
    private ServerHost? server;

    public async Task InitializeAsync()
    {
        ListenAddress.TryParse(http, out var address, out _);
        server = await ServerHost.StartAsync(
            new ServerSettings
            {
                Listen = ListenAddress.Loopback(FreePort.Probe()),
                Http = address,
                SessionTtl = TimeSpan.FromSeconds(5),
                ControllerTtl = TimeSpan.FromSeconds(5),
                Namespace = "default",
                LogLevel = LogLevel.Critical,
            },
            CancellationToken.None);
        console.With("DIVVY_SERVER", http);
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    [Fact]
    public async Task Namespaces_CreatedChangedAndDeleted_ShowIt()
    {
        (await console.RunAsync("ns", "create", "games", "--shards", "7", "--standbys", "1")).ShouldBe(ExitCode.Ok);
        (await console.RunAsync("ns", "change", "games", "--session-ttl", "3s")).ShouldBe(ExitCode.Ok);

        var games = await JsonAsync("ns", "show", "games");
        games.GetProperty("shards").GetInt32().ShouldBe(7);
        games.GetProperty("standbys").GetInt32().ShouldBe(1);
        games.GetProperty("sessionTtlMs").GetInt32().ShouldBe(3_000);
        (await JsonAsync("ns", "list")).GetArrayLength().ShouldBe(2);

        (await console.RunAsync("ns", "delete", "games")).ShouldBe(ExitCode.Ok, console.Error);
    }

    [Fact]
    public async Task ListedShards_AddedAndFinished_ComeAndGo()
    {
        (await console.RunAsync("namespace", "create", "streams", "--layout", "listed")).ShouldBe(ExitCode.Ok, console.Error);
        (await console.RunAsync("shard", "add", "x", "y", "--parent", "old", "-n", "streams"))
            .ShouldBe(ExitCode.Ok, console.Error);

        (await JsonAsync("ns", "show", "streams")).GetProperty("shards").GetInt32().ShouldBe(2);
        (await JsonAsync("shards", "show", "x", "-n", "streams")).GetProperty("parents")[0].GetString().ShouldBe("old");
        (await console.RunAsync("shards", "finish", "x", "-n", "streams")).ShouldBe(ExitCode.Ok, console.Error);
        (await JsonAsync("shards", "list", "-n", "streams")).GetArrayLength().ShouldBe(1, "nobody owned it");
        var again = await JsonAsync("shards", "add", "x", "-n", "streams");
        again.GetProperty("shards")[0].GetProperty("outcome").GetString().ShouldBe("finished");
        (await console.RunAsync("shards", "add", "x")).ShouldBe(ExitCode.Conflict);
        console.Error.ShouldContain("layout 'listed'");
    }

    [Fact]
    public async Task NamespaceCreate_ItExists_IsAConflict()
    {
        (await console.RunAsync("ns", "create", "default")).ShouldBe(ExitCode.Conflict);
        console.Error.ShouldContain("default");
    }

    [Theory]
    [InlineData("ns show nowhere")]
    [InlineData("shards list -n nowhere")]
    [InlineData("shards show nothing")]
    [InlineData("instances list -n nowhere")]
    [InlineData("events -n nowhere")]
    [InlineData("plan -n nowhere")]
    [InlineData("pin nothing --to anybody")]
    [InlineData("unpin nothing")]
    public async Task AnyVerb_OnWhatDoesNotExist_IsNotFound(string line)
    {
        (await console.RunAsync(line.Split(' '))).ShouldBe(ExitCode.NotFound, console.Output);
        console.Error.ShouldStartWith("divvy: ");
    }

    [Theory]
    [InlineData("ns list", "NAMESPACE")]
    [InlineData("ns show default", "SETTING")]
    [InlineData("shards list", "SHARD")]
    [InlineData("instances list", "INSTANCE")]
    [InlineData("events", "NUMBER")]
    [InlineData("plan", "shards, balanced")]
    public async Task EveryList_AsATable_HasItsHeader(string line, string header)
    {
        (await console.RunAsync(line.Split(' '))).ShouldBe(ExitCode.Ok, console.Error);
        console.Output.ShouldContain(header);
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var asked = new CapturedConsole().With("DIVVY_SERVER", http);
        (await asked.RunAsync([.. arguments, "-o", "json"])).ShouldBe(ExitCode.Ok, asked.Error);
        return JsonDocument.Parse(asked.Output).RootElement.Clone();
    }
}
