using System.Text.Json;
using Divvy.Cli.Admin;
using Divvy.Cli.Output;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Admin;

public sealed class AdminClientTests
{
    [Fact]
    public async Task GetAsync_AnAnswer_ComesFromBelowTheApiRoot()
    {
        await using var server = await FakeServer.StartAsync(200, "{\"a\":1}");
        using var client = new AdminClient(server.Address);

        var answer = await client.GetAsync<JsonElement>("namespaces?x=1", CancellationToken.None);

        answer.GetProperty("a").GetInt32().ShouldBe(1);
        server.Requests.ShouldBe(["GET /api/v1/namespaces?x=1"]);
    }

    [Fact]
    public async Task PostAsync_FirstServerDead_AsksTheNext()
    {
        await using var server = await FakeServer.StartAsync(200, "{}");
        using var client = new AdminClient(new Uri($"http://127.0.0.1:{FreePort.Probe()}"), server.Address);

        await client.PostAsync<JsonElement>("x", null, CancellationToken.None);

        server.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task PostAsync_ABody_IsCamelCaseWithoutNulls()
    {
        await using var server = await FakeServer.StartAsync(200, "{}");
        using var client = new AdminClient(server.Address);

        await client.PostAsync<JsonElement>("x", new { SomeName = "a", Missing = (string?)null }, CancellationToken.None);

        server.Requests.ShouldBe(["POST /api/v1/x {\"someName\":\"a\"}"]);
    }

    [Theory]
    [InlineData(400, ExitCode.Usage)]
    [InlineData(404, ExitCode.NotFound)]
    [InlineData(409, ExitCode.Conflict)]
    [InlineData(503, ExitCode.Unreachable)]
    [InlineData(500, ExitCode.Failed)]
    public async Task AnyCall_AProblem_HasTheServersSentenceAndItsExitCode(int status, object code)
    {
        await using var server = await FakeServer.StartAsync(
            status, "{\"title\":\"t\",\"detail\":\"say it again\"}", "application/problem+json");
        using var client = new AdminClient(server.Address);

        var failure = await Should.ThrowAsync<CommandException>(
            () => client.GetAsync<JsonElement>("x", CancellationToken.None));

        failure.Code.ShouldBe((ExitCode)code);
        failure.Message.ShouldBe("say it again");
    }

    [Fact]
    public async Task AnyCall_AnErrorThatIsNoProblem_NamesTheServerAndTheStatus()
    {
        await using var server = await FakeServer.StartAsync(404, "<html>nothing here</html>", "text/html");
        using var client = new AdminClient(server.Address);

        var failure = await Should.ThrowAsync<CommandException>(() => client.DeleteAsync<JsonElement>("x", CancellationToken.None));

        failure.Message.ShouldContain("404");
        failure.Message.ShouldContain(server.Address.ToString());
    }

    [Fact]
    public async Task GetAsync_SomethingElseThanJson_SaysThatThisIsNoDivvyServer()
    {
        await using var server = await FakeServer.StartAsync(200, "<html>", "application/json");
        using var client = new AdminClient(server.Address);

        var failure = await Should.ThrowAsync<CommandException>(
            () => client.GetAsync<JsonElement>("x", CancellationToken.None));

        failure.Message.ShouldContain("something else than a Divvy server");
    }

    [Fact]
    public async Task AnyCall_NobodyListens_IsUnreachableAndSaysWhatToDo()
    {
        using var client = new AdminClient(new Uri($"http://127.0.0.1:{FreePort.Probe()}"));

        var failure = await Should.ThrowAsync<CommandException>(
            () => client.GetAsync<JsonElement>("x", CancellationToken.None));

        failure.Code.ShouldBe(ExitCode.Unreachable);
        failure.Message.ShouldContain("divvy up");
        failure.Message.ShouldContain("DIVVY_SERVER");
    }
}
