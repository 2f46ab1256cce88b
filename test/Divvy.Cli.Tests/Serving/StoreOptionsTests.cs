using Divvy.Cli.Output;

namespace Divvy.Cli.Tests.Serving;

public sealed class StoreOptionsTests
{
    private const string Three = "n1=http://127.0.0.1:1,n2=http://127.0.0.1:2,n3=http://127.0.0.1:3";

    [Theory]
    [InlineData("--peers needs --data-dir", "--peers", "default=http://127.0.0.1:1")]
    [InlineData("does not name 'default'", "--data-dir", "d", "--peers", Three)]
    [InlineData("does not name 'n4'", "--data-dir", "d", "--peers", Three, "--name", "n4")]
    [InlineData("is not a list of members", "--data-dir", "d", "--peers", "http://127.0.0.1:1")]
    [InlineData("has http://127.0.0.1:1 twice", "--data-dir", "d", "--peers", "a=http://127.0.0.1:1,b=http://127.0.0.1:1")]
    [InlineData("choose", "--data-dir", "d", "--name", "n1", "--peers", Three, "--join", "http://127.0.0.1:9")]
    [InlineData("--join needs --peer-url", "--data-dir", "d", "--join", "http://127.0.0.1:9")]
    [InlineData("is not a peer URL", "--data-dir", "d", "--peer-url", "127.0.0.1:9")]
    [InlineData("--peer-listen needs --peer-url", "--data-dir", "d", "--peer-listen", "http://127.0.0.1:9")]
    [InlineData("at least three times", "--election-timeout", "100ms")]
    [InlineData("at least three times", "--heartbeat-interval", "500ms")]
    [InlineData("--peer-ca go together", "--peer-cert", "c")]
    [InlineData("--cert and --key go together", "--cert", "c")]
    [InlineData("--client-ca needs --cert", "--client-ca", "c")]
    [InlineData("--quota-bytes must be at least 1", "--quota-bytes", "0")]
    [InlineData("loopback only", "--failpoints", "0.0.0.0:1234")]
    [InlineData("--data-dir is about the embedded store", "--etcd", "127.0.0.1:1", "--data-dir", "d")]
    public async Task Server_OptionsThatCannotBe_AreRefusedByName(string said, params string[] arguments)
    {
        var console = new CapturedConsole();

        (await console.RunAsync(["server", .. arguments])).ShouldBe(ExitCode.Usage);

        console.Error.ShouldContain(said);
    }

    [Fact]
    public async Task Server_ManyMistakes_AreAllNamed()
    {
        var console = new CapturedConsole();

        await console.RunAsync("server", "--peers", Three, "--election-timeout", "10ms", "--key", "k");

        console.Error.ShouldContain("--peers needs --data-dir");
        console.Error.ShouldContain("does not name");
        console.Error.ShouldContain("--election-timeout");
        console.Error.ShouldContain("--cert and --key");
    }

    [Theory]
    [InlineData("recover --data-dir d", "--force-new-cluster is missing")]
    [InlineData("restore f", "--data-dir")]
    [InlineData("members add 127.0.0.1:1", "is not a peer URL")]
    [InlineData("status --user root", "NAME:PASSWORD")]
    [InlineData("status --key k", "--cert and --key go together")]
    public async Task Store_OptionsThatCannotBe_AreRefusedByName(string line, string said)
    {
        var console = new CapturedConsole();

        (await console.RunAsync(["store", .. line.Split(' ')])).ShouldBe(ExitCode.Usage);

        console.Error.ShouldContain(said);
    }

    [Fact]
    public async Task Store_SnapshotThatDoesNotExist_IsNotFound()
    {
        var console = new CapturedConsole();

        (await console.RunAsync("store", "snapshot", "status", "/nowhere/at/all")).ShouldBe(ExitCode.NotFound);
    }

    [Theory]
    [InlineData("up --nodes 3 --etcd 127.0.0.1:1")]
    [InlineData("lab failover --nodes 3 --etcd start")]
    [InlineData("lab failover --nodes 2")]
    public async Task Nodes_WhereTheyCannotBe_AreRefused(string line)
    {
        var console = new CapturedConsole();

        (await console.RunAsync(line.Split(' '))).ShouldBe(ExitCode.Usage);

        console.Error.ShouldContain("--nodes");
    }
}
