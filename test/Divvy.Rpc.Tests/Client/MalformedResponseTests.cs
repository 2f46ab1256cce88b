using Divvy.Rpc.Client;
using Divvy.Rpc.Tests.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Rpc.Tests.Client;

/// <summary>What the client makes of servers that break the protocol.</summary>
public sealed class MalformedResponseTests
{
    [Theory]
    [InlineData(401, RpcStatusCode.Unauthenticated)]
    [InlineData(404, RpcStatusCode.Unimplemented)]
    [InlineData(429, RpcStatusCode.Unavailable)]
    [InlineData(503, RpcStatusCode.Unavailable)]
    [InlineData(301, RpcStatusCode.Unknown)]
    public async Task HttpStatus_WithoutGrpcStatus_IsMapped(int status, RpcStatusCode code)
    {
        var failure = await CallAsync(http =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync("sorry");
        });
        failure.Code.ShouldBe(code);
        failure.Detail.ShouldContain($"{status}");
    }

    [Fact]
    public async Task HttpStatus_WithGrpcStatus_TheLatterCounts() =>
        (await CallAsync(http =>
        {
            http.Response.StatusCode = 503;
            http.Response.Headers["grpc-status"] = "9";
            return Task.CompletedTask;
        })).Code.ShouldBe(RpcStatusCode.FailedPrecondition);

    [Fact]
    public async Task ContentType_Wrong_IsUnknown() =>
        (await CallAsync(http =>
        {
            http.Response.ContentType = "text/html";
            return http.Response.WriteAsync("<html>");
        })).Code.ShouldBe(RpcStatusCode.Unknown);

    [Fact]
    public async Task Trailers_Missing_IsUnknown() =>
        (await CallAsync(http => AnswerAsync(http, [0, 0, 0, 0, 0], status: null)))
        .Code.ShouldBe(RpcStatusCode.Unknown);

    [Fact]
    public async Task Trailers_StatusIsNoNumber_IsUnknown() =>
        (await CallAsync(http => AnswerAsync(http, [], "fine"))).Code.ShouldBe(RpcStatusCode.Unknown);

    [Theory]
    [InlineData(new byte[] { 0, 0 }, RpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1, 2 }, RpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0xFF, 0xFF }, RpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, RpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, RpcStatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 0, 3, 0xE9 }, RpcStatusCode.ResourceExhausted)]
    public async Task Body_Malformed_EndsTheCall(byte[] body, RpcStatusCode code) =>
        (await CallAsync(http => AnswerAsync(http, body, "0"))).Code.ShouldBe(code);

    [Fact]
    public async Task Body_TwoMessagesForUnary_IsInternal() =>
        (await CallAsync(http => AnswerAsync(http, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "0")))
        .Code.ShouldBe(RpcStatusCode.Internal);

    [Theory]
    [InlineData(0x2, RpcStatusCode.Internal)]
    [InlineData(0x8, RpcStatusCode.Cancelled)]
    [InlineData(0xB, RpcStatusCode.ResourceExhausted)]
    [InlineData(0xC, RpcStatusCode.PermissionDenied)]
    public async Task Reset_BeforeAndAfterTheHeaders_IsMapped(int error, RpcStatusCode code)
    {
        (await CallAsync(http =>
        {
            Reset(http, error);
            return Task.CompletedTask;
        })).Code.ShouldBe(code);
        (await CallAsync(async http =>
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.BodyWriter.FlushAsync();
            Reset(http, error);
        })).Code.ShouldBe(code);
    }

    [Fact]
    public async Task Body_LargerThanTheFirstBuffer_IsReadUpToTheLimit()
    {
        var body = new byte[5 + 200_000];
        (body[2], body[3], body[4]) = (3, 0x0D, 0x40);
        // One bytes field that fills the message: tag, three bytes of length, 199,996 bytes.
        (body[5], body[6], body[7], body[8]) = (0x12, 0xBC, 0x9A, 0x0C);
        await using var server = await StrangeServer.StartAsync(http => AnswerAsync(http, body, "0"));
        await using var channel = new HttpChannel(server.Address, new() { MaxReceiveMessageSize = 200_000 });
        (await channel.UnaryAsync(EchoMethods.Unary, new Ping())).Payload.Length.ShouldBe(199_996);
    }

    private static void Reset(HttpContext http, int error) => http.Features.Get<IHttpResetFeature>()!.Reset(error);

    private static async Task AnswerAsync(HttpContext http, byte[] body, string? status)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.BodyWriter.WriteAsync(body);
        if (status is not null)
            http.Response.AppendTrailer("grpc-status", status);
    }

    private static async Task<RpcException> CallAsync(RequestDelegate answer)
    {
        await using var server = await StrangeServer.StartAsync(answer);
        await using var channel = new HttpChannel(server.Address, new() { MaxReceiveMessageSize = 1000 });
        var failure = await Waiting.Failure(channel.UnaryAsync(EchoMethods.Unary, new Ping()), "the call");
        channel.ActiveCalls.ShouldBe(0);
        return failure;
    }
}
