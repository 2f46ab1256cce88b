using System.Text;
using Divvy.Streams.Kinesis.Retrying;
using Divvy.Streams.Kinesis.Wire;

namespace Divvy.Streams.Kinesis.Calls;

/// <summary>Writes any number of records by PutRecords: in calls of the size that the service takes, and again those
/// that it refused for the moment while it took others. Thread-safe.</summary>
internal sealed class BatchPut(ServiceCaller caller, TimeProvider clock)
{
    internal const int MaxRecords = 500;
    internal const int MaxBytes = 5 * 1024 * 1024;

    /// <exception cref="PartialPutException">Some were refused to the end.</exception>
    public async Task<IReadOnlyList<PutReceipt>> PutAsync(
        string stream, IReadOnlyList<PutEntry> entries, CancellationToken cancellationToken)
    {
        var receipts = new PutReceipt[entries.Count];
        foreach (var chunk in Chunks(entries))
            await PutChunkAsync(stream, entries, [.. chunk], receipts, cancellationToken).ConfigureAwait(false);
        return receipts;
    }

    /// <summary>Indices of entries that go into one call, in order.</summary>
    internal static IEnumerable<IReadOnlyList<int>> Chunks(IReadOnlyList<PutEntry> entries)
    {
        var chunk = new List<int>();
        var bytes = 0L;
        for (var index = 0; index < entries.Count; index++)
        {
            var size = entries[index].Data.Length + Encoding.UTF8.GetByteCount(entries[index].PartitionKey);
            if (chunk.Count == MaxRecords || (chunk.Count > 0 && bytes + size > MaxBytes))
            {
                yield return chunk;
                chunk = [];
                bytes = 0;
            }
            chunk.Add(index);
            bytes += size;
        }
        if (chunk.Count > 0)
            yield return chunk;
    }

    private async Task PutChunkAsync(
        string stream,
        IReadOnlyList<PutEntry> entries,
        List<int> pending,
        PutReceipt[] receipts,
        CancellationToken cancellationToken)
    {
        var subject = new CallSubject("PutRecords", stream);
        var start = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var outcomes = await SendAsync(subject, [.. pending.Select(index => entries[index])], cancellationToken)
                .ConfigureAwait(false);
            for (var at = 0; at < pending.Count; at++)
                receipts[pending[at]] = Receipt(outcomes[at]);
            pending = [.. pending.Where(index => !receipts[index].IsStored)];
            if (pending.Count == 0)
                return;
            var first = receipts[pending[0]];
            var error = ServiceError.FromEvent(first.ErrorType!, first.ErrorMessage ?? "");
            var kind = error.Kind == FailureKind.Final ? FailureKind.Transient : error.Kind;
            if (caller.Retries.Failed(kind, attempt, clock.GetElapsedTime(start)) is not { } delay)
            {
                throw new PartialPutException(
                    $"{subject}: {pending.Count} of {entries.Count} records were refused {attempt} times: "
                    + $"{first.ErrorType} ({first.ErrorMessage}). Write less often, or add shards.",
                    error.Type,
                    receipts);
            }
            await caller.PauseAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<PutRecordsOutcome[]> SendAsync(
        CallSubject subject, PutEntry[] entries, CancellationToken cancellationToken)
    {
        var items = Array.ConvertAll(
            entries, entry => new PutRecordsItem(entry.PartitionKey, entry.Data, entry.ExplicitHashKey));
        var answer = await caller.CallAsync(
            subject,
            new PutRecordsCall(subject.Stream!, items),
            WireJson.Default.PutRecordsCall,
            WireJson.Default.PutRecordsAnswer,
            cancellationToken).ConfigureAwait(false);
        return answer.Records is { } outcomes && outcomes.Length == entries.Length
            ? outcomes
            : throw new KinesisException(
                $"{subject}: {answer.Records?.Length ?? 0} outcomes for {entries.Length} records. Check the endpoint.");
    }

    private static PutReceipt Receipt(PutRecordsOutcome outcome) =>
        new(outcome.ShardId, outcome.SequenceNumber, outcome.ErrorCode, outcome.ErrorMessage);
}
