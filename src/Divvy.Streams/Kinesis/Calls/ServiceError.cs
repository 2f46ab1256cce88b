using System.Text.Json;
using Divvy.Streams.Kinesis.Retrying;
using Divvy.Streams.Kinesis.Wire;

namespace Divvy.Streams.Kinesis.Calls;

/// <summary>Why a try got no result: what the service said, or that it said nothing.</summary>
/// <param name="Type">The service's error without its namespace; empty when no answer came.</param>
/// <param name="Message">For people.</param>
/// <param name="Kind">What it means for the next try.</param>
/// <param name="Cause">What was caught, when no answer came.</param>
internal sealed record ServiceError(string Type, string Message, FailureKind Kind, Exception? Cause = null)
{
    private const int FirstServerStatus = 500;
    private const int TooManyRequests = 429;
    private static readonly TimeSpan toleratedSkew = TimeSpan.FromMinutes(4);

    private static readonly HashSet<string> throttles =
    [
        "ProvisionedThroughputExceededException", "LimitExceededException", "ThrottlingException", "Throttling",
        "ThrottledException", "KMSThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown",
    ];

    private static readonly HashSet<string> signatureErrors =
    [
        "RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException", "SignatureDoesNotMatch",
        "AuthFailure", "RequestInTheFuture",
    ];

    /// <summary>Reads an answer that is not a success.</summary>
    /// <param name="status">Of HTTP.</param>
    /// <param name="typeHeader">The header <c>x-amzn-ErrorType</c>, if there is one.</param>
    /// <param name="body">JSON, usually.</param>
    /// <param name="skew">By how much the service's clock is ahead of the request's; null: it did not say.</param>
    public static ServiceError FromAnswer(int status, string? typeHeader, ReadOnlySpan<byte> body, TimeSpan? skew)
    {
        var parsed = Parse(body);
        var type = WithoutNamespace(parsed?.Type ?? typeHeader ?? "");
        var message = parsed?.Message ?? parsed?.LowercaseMessage ?? $"HTTP {status}";
        return new ServiceError(type, message, Classify(status, type, message, skew));
    }

    /// <summary>An error that came inside of an event stream.</summary>
    public static ServiceError FromEvent(string type, string message)
    {
        var bare = WithoutNamespace(type);
        var status = bare is "InternalFailureException" or "InternalFailure" ? FirstServerStatus : 400;
        return new ServiceError(bare, message, Classify(status, bare, message, null));
    }

    /// <summary>No answer, or one that broke off.</summary>
    public static ServiceError NoAnswer(string message, Exception cause) =>
        new("", message, FailureKind.Transient, cause);

    /// <summary>Both <c>com.amazonaws.kinesis.v20131202#ResourceNotFoundException:http://...</c> and the bare name are
    /// sent.</summary>
    internal static string WithoutNamespace(string type)
    {
        var end = type.IndexOf(':', StringComparison.Ordinal);
        var bare = end < 0 ? type : type[..end];
        return bare[(bare.LastIndexOf('#') + 1)..];
    }

    private static FailureKind Classify(int status, string type, string message, TimeSpan? skew)
    {
        // The quota of shards is a limit too, but waiting does not lift it.
        if (type == "LimitExceededException" && message.Contains("would exceed", StringComparison.OrdinalIgnoreCase))
            return FailureKind.Final;
        if (throttles.Contains(type) || status == TooManyRequests)
            return FailureKind.Throttled;
        if (type is "ExpiredTokenException" or "ExpiredToken")
            return FailureKind.CredentialsExpired;
        if (signatureErrors.Contains(type) && skew is { } difference && difference.Duration() > toleratedSkew)
            return FailureKind.ClockSkewed;
        return status >= FirstServerStatus ? FailureKind.Transient : FailureKind.Final;
    }

    private static ErrorAnswer? Parse(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return null;
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.ErrorAnswer);
        }
        catch (JsonException)
        {
            // A proxy's page, for example: the status says enough.
            return null;
        }
    }
}
