using System.Text.Json;
using Divvy.Streams.Kinesis.Calls;
using Divvy.Streams.Kinesis.Wire;

namespace Divvy.Streams.Kinesis.FanOut;

/// <summary>An enhanced fan-out subscription to one shard that goes on until the shard's end. One reader.</summary>
/// <remarks>
/// <para>The service ends a subscription after five minutes, by ending the answer. Each event carries a continuation
/// sequence number, also when it has no records; the next subscription begins behind the last one seen. So nothing is
/// skipped and nothing comes twice, however a subscription ended: in time, by an exception event, by a broken
/// connection, by damage, or by silence longer than the idle limit.</para>
/// <para>The limit of the retry policy is on subscriptions in a row that failed or ended without an event. A second
/// subscription within five seconds is refused as ResourceInUse: that is waited out.</para>
/// </remarks>
internal sealed class ShardSubscription(
    ServiceCaller caller,
    KinesisClientOptions options,
    string consumerArn,
    string shard,
    ShardIteratorRequest position,
    Func<int, CancellationToken, ValueTask>? admit) : IAsyncDisposable
{
    /// <summary>How long the service holds a consumer's place at a shard after its subscription ended.</summary>
    private static readonly TimeSpan occupied = TimeSpan.FromSeconds(5);

    private readonly CallSubject subject = new("SubscribeToShard", null, shard);
    private ShardIteratorRequest position = position;
    private HttpResponseMessage? response;
    private EventStreamReader? reader;
    private int failures;
    private bool gaveEvent;
    private bool atEnd;

    /// <summary>The next event's records; null after the shard's end.</summary>
    public async ValueTask<RecordBatch?> NextAsync(CancellationToken cancellationToken)
    {
        while (!atEnd)
        {
            if (reader is null)
                await OpenAsync(cancellationToken).ConfigureAwait(false);
            var (batch, error) = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (batch is not null)
                return Advance(batch);
            if (error is null)
                continue;
            await CloseAsync().ConfigureAwait(false);
            if (!gaveEvent || error.Cause is not EndOfStreamException)
                await WaitAsync(error, cancellationToken).ConfigureAwait(false);
        }
        return null;
    }

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private RecordBatch Advance(RecordBatch batch)
    {
        failures = 0;
        gaveEvent = true;
        if (batch.NextIterator is { } continuation)
            position = ShardIteratorRequest.AfterSequenceNumber(continuation);
        else
            atEnd = true;
        return batch;
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var start = options.TimeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                var call = new SubscribeCall(
                    consumerArn,
                    shard,
                    new WirePosition(
                        Conversion.Type(position.Type),
                        position.SequenceNumber,
                        Conversion.Seconds(position.Timestamp)));
                response = await caller
                    .SubscribeAsync(subject, call, WireJson.Default.SubscribeCall, cancellationToken)
                    .ConfigureAwait(false);
                reader = new EventStreamReader(
                    await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
                gaveEvent = false;
                return;
            }
            catch (KinesisException failure) when (failure.ErrorType == "ResourceInUseException"
                && options.TimeProvider.GetElapsedTime(start) < options.Retry.GiveUpAfter)
            {
                await caller.PauseAsync(occupied, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<(RecordBatch? Batch, ServiceError? Error)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var length = await WithinLimitAsync(reader!.PeekLengthAsync, cancellationToken).ConfigureAwait(false);
            if (length is null)
                return (null, ServiceError.NoAnswer("the subscription ended", new EndOfStreamException()));
            // Waiting for room is not the service's silence.
            if (admit is not null)
                await admit(length.Value, cancellationToken).ConfigureAwait(false);
            var message = await WithinLimitAsync(reader.ReadAsync, cancellationToken).ConfigureAwait(false);
            return Interpret(message!);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, ServiceError.NoAnswer(
                $"nothing came for {options.SubscriptionIdleTimeout.TotalSeconds:0.###} s", failure));
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or HttpRequestException
            or JsonException)
        {
            return (null, ServiceError.NoAnswer(failure.Message, failure));
        }
    }

    private async ValueTask<T> WithinLimitAsync<T>(
        Func<CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(options.SubscriptionIdleTimeout, options.TimeProvider, cancellationToken);
        return await read(limit.Token).ConfigureAwait(false);
    }

    private static (RecordBatch? Batch, ServiceError? Error) Interpret(EventMessage message)
    {
        if (message.Kind is "exception" or "error")
        {
            var text = message.Headers.GetValueOrDefault(":error-message")
                ?? JsonSerializer.Deserialize(message.Payload, WireJson.Default.ErrorAnswer) switch
                {
                    { } answer => answer.Message ?? answer.LowercaseMessage,
                    null => null,
                };
            return (null, ServiceError.FromEvent(message.Name, text ?? message.Name));
        }
        if (message.Name != "SubscribeToShardEvent")
            return (null, null);
        var parser = new RecordsParser(message.Payload.Length);
        parser.Parse(message.Payload, isLast: true);
        return (parser.Batch, null);
    }

    private Task WaitAsync(ServiceError error, CancellationToken cancellationToken)
    {
        failures++;
        return caller.Retries.Failed(error.Kind, failures, TimeSpan.Zero) is { } delay
            ? caller.PauseAsync(delay, cancellationToken)
            : throw caller.Exception(subject, error, failures);
    }

    private async Task CloseAsync()
    {
        if (reader is not null)
            await reader.DisposeAsync().ConfigureAwait(false);
        reader = null;
        response?.Dispose();
        response = null;
    }
}
