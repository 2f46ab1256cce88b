using System.Globalization;
using System.Net;

namespace Divvy.Rpc.Protocol;

/// <summary>What answers that are no gRPC answers mean (grpc/doc/http-grpc-status-mapping.md and the error code table
/// of grpc/doc/PROTOCOL-HTTP2.md).</summary>
internal static class StatusMapping
{
    /// <summary>For an answer without <c>grpc-status</c>. A 200 without one is as unknown as any other.</summary>
    public static RpcStatusCode FromHttpStatus(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => RpcStatusCode.Internal,
        HttpStatusCode.Unauthorized => RpcStatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => RpcStatusCode.PermissionDenied,
        HttpStatusCode.NotFound => RpcStatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests => RpcStatusCode.Unavailable,
        HttpStatusCode.BadGateway => RpcStatusCode.Unavailable,
        HttpStatusCode.ServiceUnavailable => RpcStatusCode.Unavailable,
        HttpStatusCode.GatewayTimeout => RpcStatusCode.Unavailable,
        _ => RpcStatusCode.Unknown,
    };

    /// <summary>For a stream that ended with RST_STREAM; the codes are those of RFC 9113, section 7.</summary>
    public static RpcStatusCode FromHttp2Error(long errorCode) => errorCode switch
    {
        0x0 or 0x1 or 0x2 or 0x3 or 0x4 or 0x6 or 0x9 or 0xA => RpcStatusCode.Internal,
        0x7 => RpcStatusCode.Unavailable, // REFUSED_STREAM
        0x8 => RpcStatusCode.Cancelled, // CANCEL
        0xB => RpcStatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xC => RpcStatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => RpcStatusCode.Unknown,
    };

    /// <summary>The number in <c>grpc-status</c>; what is no known number is Unknown.</summary>
    public static RpcStatusCode FromHeader(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is >= (int)RpcStatusCode.OK and <= (int)RpcStatusCode.Unauthenticated
            ? (RpcStatusCode)number
            : RpcStatusCode.Unknown;

    public static string ToHeader(RpcStatusCode code) =>
        code == RpcStatusCode.OK ? "0" : ((int)code).ToString(CultureInfo.InvariantCulture);
}
