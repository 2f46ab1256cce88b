using System.Collections.Immutable;

namespace Divvy.Store.Failpoints;

/// <summary>A named place in the store where a test or an operator can make something go wrong. While it is off,
/// passing it costs one read of a field. Thread-safe.</summary>
public sealed class Failpoint
{
    private readonly Lock changing = new();
    private readonly FailpointEffects effects;
    private readonly Random random;
    private volatile Armed? armed;
    private long count;

    internal Failpoint(string name, FailpointEffects effects, Random random)
    {
        Name = name;
        this.effects = effects;
        this.random = random;
    }

    public string Name { get; }

    /// <summary>The terms in force; empty: off.</summary>
    public string Terms => armed?.Text ?? "";

    /// <summary>How often it acted since its terms were set.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <summary>The place is reached by code that may block.
    /// <exception cref="FailpointException">The terms say <c>return</c>.</exception></summary>
    public void Hit()
    {
        if (armed is not null && Take() is { } term)
            Act(term);
    }

    /// <summary>The place can leave out what comes next.</summary>
    /// <returns>The terms say <c>return</c>: it is to be left out.</returns>
    public bool Skips()
    {
        if (armed is null || Take() is not { } term)
            return false;
        if (term.Action == FailpointAction.Return)
            return true;
        Act(term);
        return false;
    }

    /// <summary>Sets the terms. False: they cannot be read, and nothing changes.</summary>
    public bool TrySet(string text)
    {
        if (FailpointTerms.Parse(text) is not { } terms)
            return false;
        lock (changing)
        {
            armed = new Armed(text, terms);
            Interlocked.Exchange(ref count, 0);
        }

        return true;
    }

    /// <summary>Turns it off. False: it was.</summary>
    public bool Clear()
    {
        lock (changing)
        {
            var was = armed is not null;
            armed = null;
            return was;
        }
    }

    /// <summary>The term whose turn it is, if it acts this time.</summary>
    private FailpointTerm? Take()
    {
        lock (changing)
        {
            if (armed is null)
                return null;
            for (var i = 0; i < armed.Terms.Length; i++)
            {
                var term = armed.Terms[i];
                if (armed.Left[i] == 0)
                    continue;
                if (random.NextDouble() >= term.Probability)
                    return null;
                if (armed.Left[i] > 0)
                    armed.Left[i]--;
                Interlocked.Increment(ref count);
                return term;
            }

            return null;
        }
    }

    private void Act(FailpointTerm term)
    {
        switch (term.Action)
        {
            case FailpointAction.Return:
                throw new FailpointException(Name, term.Value);
            case FailpointAction.Sleep:
                effects.Sleep(term.Duration);
                break;
            case FailpointAction.Panic:
                effects.Panic($"failpoint {Name}: panic {term.Value}");
                break;
            case FailpointAction.Print:
                effects.Print($"failpoint {Name}: {term.Value}");
                break;
        }
    }

    private sealed class Armed(string text, ImmutableArray<FailpointTerm> terms)
    {
        public string Text { get; } = text;

        public ImmutableArray<FailpointTerm> Terms { get; } = terms;

        /// <summary>How often each term may still act; below 0: for ever.</summary>
        public int[] Left { get; } = [.. terms.Select(term => term.Times ?? -1)];
    }
}
