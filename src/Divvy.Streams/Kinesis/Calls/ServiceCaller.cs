using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Divvy.Streams.Kinesis.Retrying;

namespace Divvy.Streams.Kinesis.Calls;

/// <summary>Makes calls until they are answered: tries again what failed for the moment, and turns what is left into
/// exceptions that say what to do. Thread-safe.</summary>
internal sealed class ServiceCaller : IDisposable
{
    private readonly ServiceConnection connection;
    private readonly TimeProvider clock;

    public ServiceCaller(KinesisClientOptions options)
    {
        clock = options.TimeProvider;
        Retries = new RetryPolicy(options.Retry, options.Random ?? new Random());
        connection = new ServiceConnection(options);
    }

    public RetryPolicy Retries { get; }

    /// <summary>Makes a call whose answer has something in it.</summary>
    public async Task<TAnswer> CallAsync<TCall, TAnswer>(
        CallSubject subject,
        TCall call,
        JsonTypeInfo<TCall> callType,
        JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken)
    {
        var answer = await SendAsync(subject, call, callType, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(answer, answerType)
                ?? throw new JsonException("the answer is null");
        }
        catch (JsonException failure)
        {
            throw NotKinesis(subject, failure);
        }
    }

    /// <summary>Makes a call whose answer is read as it comes. What the reader throws as <see cref="JsonException"/>
    /// says that the answer is none.</summary>
    public async Task<TAnswer> ReadAsync<TCall, TAnswer>(
        CallSubject subject,
        TCall call,
        JsonTypeInfo<TCall> callType,
        Func<HttpContent, TimeLimit, CancellationToken, Task<TAnswer>> read,
        CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(call, callType);
        try
        {
            return await RetryAsync(
                subject, token => connection.SendAsync(subject.Operation, body, read, token), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (JsonException failure)
        {
            throw NotKinesis(subject, failure);
        }
    }

    /// <summary>Makes a call whose answer says nothing: an empty body, or one that is not looked at.</summary>
    public Task SendOnlyAsync<TCall>(
        CallSubject subject, TCall call, JsonTypeInfo<TCall> callType, CancellationToken cancellationToken) =>
        SendAsync(subject, call, callType, cancellationToken);

    /// <summary>Opens a stream of events; the caller disposes the response.</summary>
    public Task<HttpResponseMessage> SubscribeAsync<TCall>(
        CallSubject subject, TCall call, JsonTypeInfo<TCall> callType, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(call, callType);
        return RetryAsync(
            subject, token => connection.SubscribeAsync(subject.Operation, body, token), cancellationToken);
    }

    /// <summary>Waits before something is tried again.</summary>
    public Task PauseAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        delay > TimeSpan.Zero ? Task.Delay(delay, clock, cancellationToken) : Task.CompletedTask;

    /// <summary>What the last error of a call is to its caller.</summary>
    public KinesisException Exception(CallSubject subject, ServiceError error, int attempts)
    {
        var tried = attempts == 1 ? "" : $" (tried {attempts} times)";
        var said = $"{subject}: {error.Message.TrimEnd('.')}{tried}.";
        return error switch
        {
            { Type: "ResourceNotFoundException" } => new StreamNotFoundException(
                $"{said} Check the name and the region ({connection.Endpoint.Region}, at "
                + $"{connection.Endpoint.Address}), or create it.",
                error.Cause),
            { Type: "ExpiredIteratorException" } => new ExpiredIteratorException(
                $"{said} Get a new iterator behind the last record that was read.", error.Cause),
            { Kind: FailureKind.Throttled } => new ThroughputExceededException(
                $"{said} Call less often, or add shards.", error.Type, error.Cause),
            _ => new KinesisException($"{said} {Advice(error)}".TrimEnd(), error.Type, error.Cause),
        };
    }

    public void Dispose() => connection.Dispose();

    private Task<byte[]> SendAsync<TCall>(
        CallSubject subject, TCall call, JsonTypeInfo<TCall> callType, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(call, callType);
        return RetryAsync(subject, token => connection.SendAsync(subject.Operation, body, token), cancellationToken);
    }

    private async Task<T> RetryAsync<T>(
        CallSubject subject, Func<CancellationToken, Task<Attempt<T>>> attempt, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        for (var number = 1; ; number++)
        {
            var (answer, error) = await attempt(cancellationToken).ConfigureAwait(false);
            if (error is null)
            {
                Retries.Succeeded();
                return answer!;
            }
            if (Retries.Failed(error.Kind, number, clock.GetElapsedTime(start)) is not { } delay)
                throw Exception(subject, error, number);
            await PauseAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    private KinesisException NotKinesis(CallSubject subject, JsonException failure) => new(
        $"{subject}: {connection.Endpoint.Address} answered what is not Kinesis: {failure.Message} "
        + "Check the endpoint.",
        inner: failure);

    private string Advice(ServiceError error) => error.Type switch
    {
        "" => $"Check the endpoint and that it runs (an emulator is started by 'divvy stream emulator').",
        "ExpiredTokenException" or "ExpiredToken" =>
            "The credentials have expired and there are no newer ones: log in again, or renew them.",
        "UnrecognizedClientException" or "InvalidClientTokenId" or "MissingAuthenticationTokenException"
            or "IncompleteSignatureException" or "InvalidSignatureException" or "SignatureDoesNotMatch" =>
            "Check the credentials and the region they are used in.",
        "AccessDeniedException" => $"The credentials may not do this: allow kinesis:* of it in their policy.",
        "UnknownOperationException" =>
            $"{connection.Endpoint.Address} does not know this call; emulators lack some.",
        "ResourceInUseException" => "The stream or shard is being changed: try again when the stream is ACTIVE.",
        "LimitExceededException" => "Raise the account's quota (an emulator's: 'divvy stream emulator --shard-limit').",
        _ => "",
    };
}
