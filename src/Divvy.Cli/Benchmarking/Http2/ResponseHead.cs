using System.Globalization;
using Divvy.Rpc;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>The few response headers and trailers a gRPC call needs. Reused from call to call.</summary>
internal sealed class ResponseHead
{
    private int? grpcStatus;
    private string? grpcMessage;
    private string? httpStatus;

    public void Clear()
    {
        grpcStatus = null;
        grpcMessage = null;
        httpStatus = null;
    }

    public void Take(HeaderField field)
    {
        switch (field.Name)
        {
            case ":status":
                httpStatus = field.Value;
                break;
            case "grpc-status":
                grpcStatus = int.TryParse(field.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                    ? code
                    : (int)RpcStatusCode.Unknown;
                break;
            case "grpc-message":
                grpcMessage = field.Value;
                break;
        }
    }

    /// <summary>The status once the stream has ended.</summary>
    public CallStatus Status()
    {
        if (grpcStatus is 0)
            return CallStatus.Ok;
        if (grpcStatus is { } code)
            return new CallStatus((RpcStatusCode)code, Uri.UnescapeDataString(grpcMessage ?? ""));
        return httpStatus is null or "200"
            ? new CallStatus(RpcStatusCode.Internal, "the server ended the call without a status")
            : new CallStatus(RpcStatusCode.Unavailable, $"the server answered with HTTP status {httpStatus}");
    }
}
