namespace Divvy.Histories.KeyValue;

/// <summary>Reads that linearizability does not hold for: serializable ones and those of a past revision. Each must show the
/// state of one revision exactly, and what one source shows must never go back. Not thread-safe.</summary>
public sealed class SnapshotReads
{
    private readonly List<Read> reads = [];

    /// <summary>Notes a read that was answered. Call it in the order of the answers.</summary>
    /// <param name="source">Who must not go back: a member between two of its starts, as <c>n1#2</c>, for a client that asks it
    /// for one thing after the other. Empty: nobody in particular.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="response">What was answered.</param>
    /// <param name="at">When the answer came.</param>
    public void Observe(string source, RangeRequest request, RangeResponse response, TimeSpan at) =>
        reads.Add(new Read(source, request, response, at));

    /// <summary>Judges all reads against the history of the store. Reads of revisions before the log are not judged.</summary>
    public IReadOnlyList<Violation> Verdict(EventLog log)
    {
        var found = new List<Violation>();
        var highest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var read in reads)
        {
            var revision = read.Request.AtRevision > 0 ? read.Request.AtRevision : read.Response.Revision;
            if (read.Response.Revision > log.Last || revision > read.Response.Revision)
            {
                found.Add(new Violation(
                    "read.future", $"{read} shows revision {revision}, and the store is at {log.Last}", read.At));
            }
            else if (log.Knows(revision))
            {
                Compare(read, log.StateAt(revision), found);
            }

            if (read.Source.Length == 0)
                continue;
            if (read.Response.Revision < highest.GetValueOrDefault(read.Source))
            {
                found.Add(new Violation(
                    "read.monotonic", $"{read} comes from {read.Source}, which showed {highest[read.Source]} before", read.At));
            }

            highest[read.Source] = Math.Max(highest.GetValueOrDefault(read.Source), read.Response.Revision);
        }

        return found;
    }

    private static void Compare(Read read, KeyValueState state, List<Violation> found)
    {
        var there = state.In(read.Request.Range);
        var expected = read.Request.Limit > 0 ? [.. there.Take(read.Request.Limit)] : there;
        if (read.Response.Count == there.Count && read.Response.Records.SequenceEqual(expected))
            return;
        found.Add(new Violation(
            "read.content",
            $"{read}; at revision {state.Revision} there was {Description.Answer(new RangeResponse(0, expected, there.Count))}",
            read.At));
    }

    private sealed record Read(string Source, RangeRequest Request, RangeResponse Response, TimeSpan At)
    {
        public override string ToString() => Description.Of(Request, Response);
    }
}
