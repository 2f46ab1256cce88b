using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Simulation.Stores;

/// <summary>
/// Raft's safety properties (paper, figure 3), checked while a cluster runs, from what its members send and apply:
/// <list type="bullet">
/// <item><b>Election safety</b>: only one member sends as the leader of a term.</item>
/// <item><b>Log matching</b>: an entry of one index and term has one content and one predecessor, whoever sends
/// it, and none of a later term.</item>
/// <item><b>Leader completeness</b>: whoever is elected, or sends entries as a later leader, has what was applied
/// before.</item>
/// <item><b>State machine safety</b>: members apply the same entry at each index, without gaps.</item>
/// </list>
/// </summary>
internal sealed class RaftInvariants(Action<string> violated)
{
    private readonly Dictionary<Term, NodeId> leaders = [];
    private readonly Dictionary<EntryId, (Term Before, ulong Content)> sentEntries = [];
    private readonly Dictionary<LogIndex, AppliedEntry> applied = [];
    private Term newestTerm;

    /// <summary>Everything up to here is committed.</summary>
    public LogIndex HighestApplied { get; private set; }

    /// <summary>Leaders that were seen.</summary>
    public int Leaders => leaders.Count;

    /// <summary>Sees a message that a member sends.</summary>
    public void Sent(Message message)
    {
        if (!message.IsFromALeader)
            return;
        NoteLeader(message.Term, message.From);
        var before = message.Log.Term;
        foreach (var entry in message.Entries)
        {
            NoteEntry(message, entry, before);
            before = entry.Term;
        }
    }

    /// <summary>What one member is watched by, from one start to its end.</summary>
    public IReplicaObserver Observe(string name) => new Observer(this, name);

    private void NoteLeader(Term term, NodeId leader)
    {
        newestTerm = term > newestTerm ? term : newestTerm;
        if (leaders.TryAdd(term, leader) || leaders[term] == leader)
            return;
        violated($"election safety: {leaders[term]} and {leader} both lead term {term}");
    }

    private void NoteEntry(Message message, Entry entry, Term before)
    {
        var content = HashOf(entry);
        var known = sentEntries.TryAdd(new EntryId(entry.Term, entry.Index), (before, content))
            ? (before, content)
            : sentEntries[new EntryId(entry.Term, entry.Index)];
        if (known != (before, content))
        {
            violated($"log matching: entry {entry.Term}/{entry.Index} was sent with another content or predecessor"
                + $" by {message.From}, the leader of term {message.Term}");
        }

        if (before > entry.Term)
            violated($"log matching: entry {entry.Term}/{entry.Index} of {message.From} follows one of term {before}");

        if (applied.TryGetValue(entry.Index, out var there) && message.Term > there.NewestTerm
            && (there.Term, there.Content) != (entry.Term, content))
        {
            violated($"leader completeness: {message.From}, the leader of term {message.Term}, has entry"
                + $" {entry.Term} at index {entry.Index}, where {there.Term} was applied before");
        }
    }

    private void NoteElection(string name, Term term, EntryId last)
    {
        if (last.Index < HighestApplied && term >= newestTerm)
        {
            violated($"leader completeness: {name} leads term {term} with a log up to {last}, but index"
                + $" {HighestApplied} was applied before");
        }
    }

    private void NoteApplied(string name, Entry entry)
    {
        var content = HashOf(entry);
        HighestApplied = LogIndex.Max(HighestApplied, entry.Index);
        var known = applied.TryAdd(entry.Index, new AppliedEntry(entry.Term, content, newestTerm))
            ? (entry.Term, content)
            : (applied[entry.Index].Term, applied[entry.Index].Content);
        if (known != (entry.Term, content))
        {
            violated($"state machine safety: {name} applied {entry.Term} at index {entry.Index}, where another member"
                + $" applied {known.Item1}{(known.Item1 == entry.Term ? " with another content" : "")}");
        }
    }

    private static ulong HashOf(Entry entry)
    {
        const ulong prime = 0x9E3779B97F4A7C15;
        var data = entry.Data.Span;
        var hash = ((ulong)entry.Kind + (ulong)data.Length) * prime;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
            hash = (System.Numerics.BitOperations.RotateLeft(hash, 23) ^ word) * prime;
        foreach (var rest in data[(words.Length * sizeof(ulong))..])
            hash = (System.Numerics.BitOperations.RotateLeft(hash, 23) ^ rest) * prime;
        return hash;
    }

    /// <param name="Term">Its term.</param>
    /// <param name="Content">Its content's hash.</param>
    /// <param name="NewestTerm">The newest term that a leader was seen of when it was applied first: whoever leads a
    /// later one has it.</param>
    private readonly record struct AppliedEntry(Term Term, ulong Content, Term NewestTerm);

    private sealed class Observer(RaftInvariants invariants, string name) : IReplicaObserver
    {
        private LogIndex? last;

        public void Leads(Term term, EntryId end) => invariants.NoteElection(name, term, end);

        public void Applied(ImmutableArray<Entry> entries)
        {
            foreach (var entry in entries)
            {
                if (last is { } before && entry.Index != before.Next)
                    invariants.Gap(name, before, entry.Index);
                last = entry.Index;
                invariants.NoteApplied(name, entry);
            }
        }

        public void Installed(EntryId snapshot)
        {
            if (last is { } before && snapshot.Index < before)
                invariants.Gap(name, before, snapshot.Index);
            last = snapshot.Index;
        }
    }

    private void Gap(string name, LogIndex before, LogIndex next) =>
        violated($"state machine safety: {name} went from index {before} to {next}");
}
