using Divvy.Rpc;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>What the error code of a RST_STREAM means to a call (gRPC over HTTP/2, "Errors").</summary>
internal static class ResetStatus
{
    private static readonly Dictionary<uint, RpcStatusCode> codes = new()
    {
        [7] = RpcStatusCode.Unavailable, // REFUSED_STREAM
        [8] = RpcStatusCode.Cancelled, // CANCEL
        [11] = RpcStatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        [12] = RpcStatusCode.PermissionDenied, // INADEQUATE_SECURITY
    };

    public static CallStatus Of(uint errorCode) => new(
        codes.GetValueOrDefault(errorCode, RpcStatusCode.Internal),
        $"the server reset the stream with HTTP/2 error {errorCode}");
}
