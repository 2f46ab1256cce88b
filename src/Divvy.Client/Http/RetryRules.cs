using System.Net;

namespace Divvy.Client.Http;

/// <summary>What may be sent again. A request that may have been executed is repeated only if that does no harm; one
/// that was certainly not executed always.</summary>
internal static class RetryRules
{
    private static readonly HashSet<HttpMethod> Idempotent =
        [HttpMethod.Get, HttpMethod.Head, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options, HttpMethod.Trace];

    /// <summary>After an answer. 421 says that the request was not for this instance (RFC 9110, 15.5.20). A 503 counts
    /// only if a shard host says whether anything was executed; an application's own is its answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">Its answer.</param>
    /// <param name="isResendable">Its body is there for another attempt.</param>
    public static bool MayRetry(HttpRequestMessage request, HttpResponseMessage response, bool isResendable)
    {
        if (!isResendable)
            return false;
        if (response.StatusCode == HttpStatusCode.MisdirectedRequest)
            return true;
        return response.StatusCode == HttpStatusCode.ServiceUnavailable
            && response.Headers.TryGetValues(ShardHeaders.NotExecuted, out var values)
            && (values.FirstOrDefault() == "1" || MayRunTwice(request));
    }

    /// <summary>After a failure of the connection.</summary>
    public static bool MayRetry(HttpRequestMessage request, HttpRequestException failure, bool isResendable) =>
        WasNotSent(failure) || (isResendable && MayRunTwice(request));

    private static bool WasNotSent(HttpRequestException failure) =>
        failure.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError;

    private static bool MayRunTwice(HttpRequestMessage request) =>
        Idempotent.Contains(request.Method) || request.IsMarkedRetryable();
}
