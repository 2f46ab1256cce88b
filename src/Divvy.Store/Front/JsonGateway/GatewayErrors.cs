using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Divvy.Rpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>Statuses over HTTP, as the gateway that etcd 3.4 uses gives them.</summary>
internal static class GatewayErrors
{
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int HttpStatus(RpcStatusCode code) => code switch
    {
        RpcStatusCode.OK => StatusCodes.Status200OK,
        RpcStatusCode.Cancelled => StatusCodes.Status408RequestTimeout,
        RpcStatusCode.InvalidArgument or RpcStatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        RpcStatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        RpcStatusCode.NotFound => StatusCodes.Status404NotFound,
        RpcStatusCode.AlreadyExists or RpcStatusCode.Aborted => StatusCodes.Status409Conflict,
        RpcStatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        RpcStatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        RpcStatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        RpcStatusCode.FailedPrecondition => StatusCodes.Status412PreconditionFailed,
        RpcStatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        RpcStatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The body of an answer that is an error.</summary>
    public static void Write(IBufferWriter<byte> output, RpcException error)
    {
        using var json = new Utf8JsonWriter(output, options);
        json.WriteStartObject();
        json.WriteString("error", error.Detail);
        json.WriteString("message", error.Detail);
        json.WriteNumber("code", (int)error.Code);
        json.WriteEndObject();
    }

    /// <summary>The last line of a stream that ends with an error.</summary>
    public static void WriteLast(IBufferWriter<byte> output, RpcException error)
    {
        var status = HttpStatus(error.Code);
        using var json = new Utf8JsonWriter(output, options);
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteNumber("grpc_code", (int)error.Code);
        json.WriteNumber("http_code", status);
        json.WriteString("message", error.Detail);
        json.WriteString("http_status", ReasonPhrases.GetReasonPhrase(status));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
