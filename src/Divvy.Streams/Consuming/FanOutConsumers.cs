using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>The worker's registrations for enhanced fan-out, one for each stream, shared by all workers of the
/// application. Registered when first needed, and again when a stream was deleted and made anew. Thread-safe.</summary>
/// <param name="name">The consumer's name.</param>
/// <param name="kinesis">The service.</param>
/// <param name="time">The clock.</param>
/// <param name="missing">Told once of each stream whose service has no enhanced fan-out.</param>
internal sealed class FanOutConsumers(
    string name, IKinesisClient kinesis, TimeProvider time, Action<string, KinesisException> missing) : IDisposable
{
    /// <summary>How often a consumer that is being made is looked at; the service takes some seconds.</summary>
    private static readonly TimeSpan probe = TimeSpan.FromSeconds(1);

    /// <summary>How long making one may take.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim one = new(1);
    private readonly Lock gate = new();
    private readonly Dictionary<string, string?> known = [];

    /// <summary>What subscriptions to the stream name; null: its service has no enhanced fan-out.</summary>
    /// <exception cref="KinesisException">It cannot be registered.</exception>
    public async ValueTask<string?> FindAsync(string stream, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string? arn;
            lock (gate)
            {
                if (known.TryGetValue(stream, out arn))
                    return arn;
            }
            try
            {
                arn = await RegisterAsync(stream, cancellationToken).ConfigureAwait(false);
            }
            catch (KinesisException failure) when (failure.ErrorType == "UnknownOperationException")
            {
                missing(stream, failure);
            }
            lock (gate)
                known[stream] = arn;
            return arn;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The registration is asked for again when it is next needed.</summary>
    public void Forget(string stream)
    {
        lock (gate)
            known.Remove(stream);
    }

    public void Dispose() => one.Dispose();

    private async Task<string> RegisterAsync(string stream, CancellationToken cancellationToken)
    {
        var summary = await kinesis.DescribeStreamAsync(stream, cancellationToken).ConfigureAwait(false);
        var began = time.GetTimestamp();
        while (true)
        {
            var consumer = await kinesis.RegisterStreamConsumerAsync(summary.Arn, name, cancellationToken)
                .ConfigureAwait(false);
            if (consumer.Status == StreamStatus.Active)
                return consumer.Arn;
            if (time.GetElapsedTime(began) >= patience)
            {
                throw new KinesisException(
                    $"consumer {name} of stream {stream} is {consumer.Status} after {patience.TotalSeconds:0} s. If it "
                        + "is being deleted, wait until it is gone, or choose another name.");
            }
            await Task.Delay(probe, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
