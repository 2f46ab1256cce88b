using Divvy.Rpc.Protocol;

namespace Divvy.Rpc.Client;

/// <summary>What an exception of HttpClient says about the call, as a status that names the address.</summary>
internal static class TransportFailure
{
    /// <summary>RFC 9113, section 8.7: the stream was closed before any processing.</summary>
    private const long RefusedStream = 0x7;

    public static RpcStatus StatusOf(Exception exception, string target)
    {
        var detail = $"{target}: {Innermost(exception).Message}";
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException reset)
                return new RpcStatus(CodeOf(reset), detail) { NeverSent = reset.ErrorCode == RefusedStream };
        }

        return exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
                new RpcStatus(RpcStatusCode.ResourceExhausted, detail),
            // The token of the call is looked at before this: a cancellation that is left is the connect timeout.
            HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException =>
                new RpcStatus(RpcStatusCode.Unavailable, detail) { NeverSent = FailedToConnect(exception) },
            _ => new RpcStatus(RpcStatusCode.Internal, detail),
        };
    }

    /// <summary>These kinds of error, and the timeout of connecting, come only from before the first byte.</summary>
    private static bool FailedToConnect(Exception exception) => exception is
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
        }
        or OperationCanceledException { InnerException: TimeoutException };

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
