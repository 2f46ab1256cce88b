namespace Divvy.TestKit.Kinesis;

/// <summary>What a <see cref="FaultProxy"/> does to a call in place of passing it on.</summary>
/// <param name="Kind">What.</param>
/// <param name="ErrorType">For answers: the error, as the service would send it.</param>
/// <param name="Status">For answers: the HTTP status.</param>
/// <param name="Message">For answers: what is said.</param>
/// <param name="Delay">For delays: how long.</param>
public sealed record Fault(
    FaultKind Kind, string ErrorType = "", int Status = 400, string Message = "", TimeSpan Delay = default)
{
    /// <summary>The connection is cut before anything was passed on.</summary>
    public static Fault Cut { get; } = new(FaultKind.Cut);

    /// <summary>The call is passed on, its answer thrown away, the connection cut.</summary>
    public static Fault CutAnswer { get; } = new(FaultKind.CutAnswer);

    /// <summary>The call is never answered.</summary>
    public static Fault Silence { get; } = new(FaultKind.Silence);

    /// <summary>An internal error.</summary>
    public static Fault Internal { get; } = Error("InternalFailure", 500, "the service failed inside");

    /// <summary>A server error with a page that is no JSON, as a load balancer sends it.</summary>
    public static Fault Unavailable { get; } = new(FaultKind.Page, Status: 503);

    /// <summary>A shard is asked for more than it gives.</summary>
    public static Fault Throughput { get; } =
        Error("ProvisionedThroughputExceededException", 400, "Rate exceeded for shard");

    /// <summary>Too many calls.</summary>
    public static Fault Limit { get; } = Error("LimitExceededException", 400, "Rate exceeded");

    /// <summary>The iterator is more than five minutes old.</summary>
    public static Fault ExpiredIterator { get; } = Error("ExpiredIteratorException", 400, "Iterator expired.");

    /// <summary>The session of the credentials is over.</summary>
    public static Fault ExpiredToken { get; } =
        Error("ExpiredTokenException", 400, "The security token included in the request is expired");

    /// <summary>The stream is gone.</summary>
    public static Fault NotFound { get; } = Error("ResourceNotFoundException", 400, "Stream not found");

    /// <summary>An error of the service.</summary>
    public static Fault Error(string errorType, int status, string message) =>
        new(FaultKind.Answer, errorType, status, message);

    /// <summary>A success with this content, which the service knows nothing of.</summary>
    public static Fault Content(string json) => new(FaultKind.Content, Message: json);

    /// <summary>Passed on, later.</summary>
    public static Fault Later(TimeSpan delay) => new(FaultKind.Delay, Delay: delay);
}
