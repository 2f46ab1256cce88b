using Divvy.Rpc.Protocol;

namespace Divvy.Rpc.Client;

/// <summary>What an exception of HttpClient says about the call, as a status that names the address.</summary>
internal static class TransportFailure
{
    public static RpcStatus StatusOf(Exception exception, string target)
    {
        var detail = $"{target}: {Innermost(exception).Message}";
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException reset)
                return new RpcStatus(CodeOf(reset), detail);
        }

        return exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
                new RpcStatus(RpcStatusCode.ResourceExhausted, detail),
            // The token of the call is looked at before this: a cancellation that is left is the connect timeout.
            HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException =>
                new RpcStatus(RpcStatusCode.Unavailable, detail),
            _ => new RpcStatus(RpcStatusCode.Internal, detail),
        };
    }

    /// <summary>One exception type serves RST_STREAM, whose codes have a mapping, and the loss of the connection,
    /// after which a call may be tried again whatever the code.</summary>
    private static RpcStatusCode CodeOf(HttpProtocolException exception) =>
        exception.Message.Contains("reset the stream", StringComparison.Ordinal)
            ? StatusMapping.FromHttp2Error(exception.ErrorCode)
            : RpcStatusCode.Unavailable;

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
