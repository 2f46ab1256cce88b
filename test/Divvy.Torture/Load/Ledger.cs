namespace Divvy.Torture.Load;

/// <summary>What the writers tried in one round, and what they were promised. Thread-safe.</summary>
public sealed class Ledger
{
    private readonly Lock gate = new();
    private readonly List<Attempt> attempts = [];
    private readonly List<string> violations = [];

    public int Acknowledged { get; private set; }

    public int Unknown { get; private set; }

    public int Reads { get; private set; }

    /// <summary>The highest revision anybody was told.</summary>
    public long HighestRevision { get; private set; }

    /// <summary>In the order of their outcomes; of one key, in the order they were made.</summary>
    public IReadOnlyList<Attempt> Attempts
    {
        get
        {
            lock (gate)
                return [.. attempts];
        }
    }

    public void Add(Attempt attempt)
    {
        lock (gate)
        {
            attempts.Add(attempt);
            if (attempt.Outcome == Outcome.Acknowledged)
                Acknowledged++;
            else if (attempt.Outcome == Outcome.Unknown)
                Unknown++;
            HighestRevision = Math.Max(HighestRevision, attempt.Revision);
        }
    }

    public void AddRead(long revision)
    {
        lock (gate)
        {
            Reads++;
            HighestRevision = Math.Max(HighestRevision, revision);
        }
    }

    /// <summary>A writer saw an answer that contradicts what it was promised before.</summary>
    public void AddViolation(string violation)
    {
        lock (gate)
            violations.Add(violation);
    }

    public void ThrowIfViolated()
    {
        lock (gate)
        {
            if (violations.Count > 0)
                throw new TortureViolation(string.Join("; ", violations.Take(5)));
        }
    }
}
