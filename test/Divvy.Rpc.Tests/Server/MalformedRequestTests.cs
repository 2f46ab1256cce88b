using System.Net;
using System.Net.Http.Headers;
using Divvy.Rpc.Tests.Messages;
using Google.Protobuf;

namespace Divvy.Rpc.Tests.Server;

/// <summary>What the server answers to clients that break the protocol, said by hand over HTTP.</summary>
public sealed class MalformedRequestTests : IAsyncLifetime
{
    private EchoServer server = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        server = await EchoServer.StartAsync(options: new() { MaxReceiveMessageSize = 1000 });
        http = new HttpClient { BaseAddress = server.Address };
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Body_OneFrame_IsAnsweredWithHeadersMessageAndTrailers()
    {
        using var response = await PostAsync(Frame(new Ping { Text = "hello" }));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/grpc");
        var body = await response.Content.ReadAsByteArrayAsync();
        Pong.Parser.ParseFrom(body[5..]).Text.ShouldBe("hello");
        response.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
        response.Headers.Contains("grpc-status").ShouldBeFalse();
    }

    [Theory]
    [InlineData(new byte[] { }, "13")]
    [InlineData(new byte[] { 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0xFF, 0xFF }, "13")]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, "8")]
    [InlineData(new byte[] { 0, 0, 0, 3, 0xE9 }, "8")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, "13")]
    public async Task Body_Malformed_EndsWithTheStatusInTheHeaders(byte[] body, string status)
    {
        using var response = await PostAsync(body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("grpc-status").ShouldBe([status]);
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Body_CompressedWithUnknownEncoding_IsUnimplementedAndNamesWhatIsNot()
    {
        using var response = await PostAsync(
            [1, 0, 0, 0, 0], request => request.Headers.Add("grpc-encoding", "gzip"));
        response.Headers.GetValues("grpc-status").ShouldBe(["12"]);
        response.Headers.GetValues("grpc-accept-encoding").ShouldBe(["identity"]);
        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc+json")]
    public async Task ContentType_OfAnotherProtocol_Is415(string contentType)
    {
        using var response = await PostAsync(
            Frame(new Ping()), request => request.Content!.Headers.ContentType = new(contentType));
        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        await AssertAliveAsync();
    }

    [Fact]
    public async Task ContentType_Missing_Is415()
    {
        using var response = await PostAsync(
            Frame(new Ping()), request => request.Content!.Headers.ContentType = null);
        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Method_Get_Is405()
    {
        using var response = await PostAsync(Frame(new Ping()), request => request.Method = HttpMethod.Put);
        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Version_Http11_Is426()
    {
        using var response = await PostAsync(
            Frame(new Ping()), request => request.Version = HttpVersion.Version11);
        response.StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);
    }

    [Theory]
    [InlineData("1s")]
    [InlineData("123456789S")]
    [InlineData("soon")]
    public async Task Timeout_Malformed_IsInternal(string timeout)
    {
        using var response = await PostAsync(
            Frame(new Ping()), request => request.Headers.Add("grpc-timeout", timeout));
        response.Headers.GetValues("grpc-status").ShouldBe(["13"]);
    }

    [Fact]
    public async Task Timeout_OfTheClient_EndsTheHandler()
    {
        using var response = await PostAsync(
            Frame(new Ping()), request => request.Headers.Add("grpc-timeout", "50m"), EchoMethods.Hang.Path);
        response.Headers.GetValues("grpc-status").ShouldBe(["4"]);
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Body_MoreThanOneMessageForUnary_AnswersTheFirst()
    {
        using var response = await PostAsync(
            [.. Frame(new Ping { Text = "a" }), .. Frame(new Ping { Text = "b" })]);
        var body = await response.Content.ReadAsByteArrayAsync();
        Pong.Parser.ParseFrom(body[5..]).Text.ShouldBe("a");
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Stream_ResetInsideAFrame_CancelsTheHandler()
    {
        using var cancel = new CancellationTokenSource();
        using var content = new StalledContent([0, 0, 0, 0, 9, 1]);
        using var request = Request(content, EchoMethods.ClientStream.Path);
        var sending = http.SendAsync(request, cancel.Token);
        await Waiting.For(content.Sent, "the first bytes");
        await Waiting.Until(() => server.Service.Services.ActiveCalls == 1, "the handler's start");
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sending);
        await Waiting.Until(
            () => server.Service.Ended.Contains((EchoMethods.ClientStream.Path, RpcStatusCode.Cancelled)),
            "the handler's end");
        await AssertAliveAsync();
    }

    private static byte[] Frame(Ping message)
    {
        var body = message.ToByteArray();
        return [0, 0, 0, (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    private static HttpRequestMessage Request(HttpContent content, string path)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.Add("TE", "trailers");
        return request;
    }

    private async Task<HttpResponseMessage> PostAsync(
        byte[] body, Action<HttpRequestMessage>? change = null, string? path = null)
    {
        using var request = Request(new ByteArrayContent(body), path ?? EchoMethods.Unary.Path);
        change?.Invoke(request);
        return await Waiting.Or(http.SendAsync(request), "an answer");
    }

    private async Task AssertAliveAsync()
    {
        using var response = await PostAsync(Frame(new Ping { Text = "alive" }));
        await response.Content.ReadAsByteArrayAsync();
        response.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
        await Waiting.Until(() => server.Service.Services.ActiveCalls == 0, "no active calls");
        server.Service.Failures.ShouldBeEmpty();
    }
}
