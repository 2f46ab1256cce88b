using System.Buffers;
using Divvy.Rpc;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>The answer to one request: a message, a stream of them a line each, or an error.</summary>
internal sealed class GatewayResponse(HttpResponse response)
{
    private const string ContentType = "application/json";

    private bool isStream;

    public Task AnswerAsync(IMessage message)
    {
        var body = new ArrayBufferWriter<byte>();
        MessageWriter.Write(body, message);
        response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
        return SendAsync(StatusCodes.Status200OK, body);
    }

    /// <summary>From here on the answer is a stream. Its status goes with its first message.</summary>
    public void BeginStream()
    {
        isStream = true;
        response.ContentType = ContentType;
    }

    public async Task WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        if (!response.HasStarted)
            response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
        MessageWriter.WriteResult(response.BodyWriter, message);
        await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task FailAsync(RpcException error)
    {
        var body = new ArrayBufferWriter<byte>();
        if (!isStream)
        {
            GatewayErrors.Write(body, error);
            return SendAsync(GatewayErrors.HttpStatus(error.Code), body);
        }
        GatewayErrors.WriteLast(body, error);
        if (!response.HasStarted)
            response.StatusCode = GatewayErrors.HttpStatus(error.Code);
        return response.BodyWriter.WriteAsync(body.WrittenMemory).AsTask();
    }

    private Task SendAsync(int status, ArrayBufferWriter<byte> body)
    {
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.WrittenCount;
        return response.BodyWriter.WriteAsync(body.WrittenMemory).AsTask();
    }
}
