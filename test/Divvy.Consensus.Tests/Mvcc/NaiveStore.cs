using System.Collections.Immutable;
using Divvy.Consensus.Mvcc;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>The rules of the store in their plainest form: a whole copy of the state for every revision. Answers are
/// texts, to be compared with those of the real one.</summary>
internal sealed class NaiveStore
{
    private readonly List<ImmutableSortedDictionary<string, Entry>> states = [];
    private readonly SortedSet<long> leases = [];
    private long compacted = -1;
    private ImmutableSortedDictionary<string, Entry> open;
    private bool changed;

    public NaiveStore()
    {
        open = ImmutableSortedDictionary.Create<string, Entry>(StringComparer.Ordinal);
        states.Add(open);
        states.Add(open);
    }

    public long Revision => states.Count - 1;

    public ImmutableSortedDictionary<string, Entry> State => states[^1];

    public IEnumerable<long> Leases => leases;

    private long Visible => changed ? Revision + 1 : Revision;

    public string Apply(MvccCommand command)
    {
        open = State;
        changed = false;
        var answer = command switch
        {
            LeaseGrantCommand grant => Plain(leases.Add(grant.Id) ? MvccOutcome.Ok : MvccOutcome.LeaseExists),
            LeaseRevokeCommand revoke => Revoke(revoke.Id),
            CompactCommand compact => Compact(compact.Revision),
            TxnOperation txn => Txn(txn),
            PutOperation put when leases.Contains(put.Lease) || put.Lease == 0 => CheckKey(put) ?? Run(put),
            PutOperation => Plain(MvccOutcome.LeaseNotFound),
            MvccOperation operation => Run(operation),
            _ => throw new InvalidOperationException(command.GetType().Name),
        };
        if (!changed)
            return answer;
        states.Add(open);
        // The answer was made while the revision was open; a plain one names the revision after it.
        return command is TxnOperation or LeaseRevokeCommand ? answer.Replace("@open", $"@{Revision}") : answer;
    }

    private static string Show(string key, Entry entry) =>
        $"{key}={entry.Value}/{entry.Create}/{entry.Mod}/{entry.Version}/{entry.Lease}";

    private static string Show(IEnumerable<KeyValuePair<string, Entry>> pairs) =>
        string.Join(' ', pairs.Select(pair => Show(pair.Key, pair.Value)));

    private string Plain(MvccOutcome outcome) => $"{outcome}@{Revision}";

    private string Revoke(long id)
    {
        if (!leases.Remove(id))
            return Plain(MvccOutcome.LeaseNotFound);
        foreach (var (key, _) in open.Where(pair => pair.Value.Lease == id))
        {
            open = open.Remove(key);
            changed = true;
        }
        return changed ? "Ok@open" : Plain(MvccOutcome.Ok);
    }

    private string Compact(long revision)
    {
        if (revision <= compacted)
            return Plain(MvccOutcome.Compacted);
        if (revision > Revision)
            return Plain(MvccOutcome.FutureRevision);
        compacted = revision;
        return Plain(MvccOutcome.Ok);
    }

    private string? CheckKey(PutOperation put) =>
        (put.IgnoreLease || put.IgnoreValue) && !State.ContainsKey(Text(put.Key))
            ? Plain(MvccOutcome.KeyNotFound)
            : null;

    private string Txn(TxnOperation txn)
    {
        var operations = Flatten(txn).ToList();
        foreach (var put in operations.OfType<PutOperation>())
        {
            if (CheckKey(put) is { } refusal)
                return refusal;
            if (put.Lease != 0 && !leases.Contains(put.Lease))
                return Plain(MvccOutcome.LeaseNotFound);
        }
        foreach (var range in operations.OfType<RangeOperation>().Where(range => range.Revision != 0))
        {
            if (range.Revision > Revision)
                return Plain(MvccOutcome.FutureRevision);
            if (range.Revision < compacted)
                return Plain(MvccOutcome.Compacted);
        }
        var answer = RunTxn(txn);
        return $"Ok@{(changed ? "open" : $"{Revision}")} {answer}";
    }

    private bool Holds(TxnOperation txn) => txn.Compares.All(compare =>
    {
        var entries = State.Where(pair => compare.Keys.Contains(Bytes(pair.Key).Span))
            .Select(pair => pair.Value).ToList();
        if (entries.Count == 0)
            return compare.Target != CompareTarget.Value && Holds(compare, new Entry("", 0, 0, 0, 0));
        return entries.All(entry => Holds(compare, entry));
    });

    private static bool Holds(TxnCompare compare, Entry entry)
    {
        var order = compare.Target switch
        {
            CompareTarget.Version => entry.Version.CompareTo(compare.Number),
            CompareTarget.CreateRevision => entry.Create.CompareTo(compare.Number),
            CompareTarget.ModRevision => entry.Mod.CompareTo(compare.Number),
            CompareTarget.Lease => entry.Lease.CompareTo(compare.Number),
            _ => string.CompareOrdinal(entry.Value, Text(compare.Value)),
        };
        return compare.Relation switch
        {
            CompareRelation.Equal => order == 0,
            CompareRelation.NotEqual => order != 0,
            CompareRelation.Greater => order > 0,
            _ => order < 0,
        };
    }

    private IEnumerable<MvccOperation> Flatten(TxnOperation txn) => (Holds(txn) ? txn.Success : txn.Failure)
        .SelectMany(operation => operation is TxnOperation inner ? Flatten(inner) : [operation]);

    private string RunTxn(TxnOperation txn)
    {
        var holds = Holds(txn);
        var answers = (holds ? txn.Success : txn.Failure)
            .Select(operation => operation is TxnOperation inner ? $"Ok@0 {RunTxn(inner)}" : Run(operation)).ToList();
        return $"{(holds ? "then" : "else")} [{string.Join("; ", answers)}]";
    }

    private string Run(MvccOperation operation) => operation switch
    {
        RangeOperation range => Range(range),
        PutOperation put => Put(put),
        DeleteRangeOperation delete => Delete(delete),
        _ => throw new InvalidOperationException(operation.GetType().Name),
    };

    private string Put(PutOperation put)
    {
        var key = Text(put.Key);
        var old = open.GetValueOrDefault(key);
        open = open.SetItem(key, new Entry(
            put.IgnoreValue ? old?.Value ?? "" : Text(put.Value),
            old?.Create ?? Revision + 1,
            Revision + 1,
            (old?.Version ?? 0) + 1,
            put.IgnoreLease ? old?.Lease ?? 0 : put.Lease));
        changed = true;
        return $"Ok@{Visible} put {(put.PreviousRecord && old is not null ? Show(key, old) : "")}";
    }

    private string Delete(DeleteRangeOperation delete)
    {
        var doomed = open.Where(pair => delete.Keys.Contains(Bytes(pair.Key).Span)).ToList();
        open = open.RemoveRange(doomed.Select(pair => pair.Key));
        changed |= doomed.Count > 0;
        var previous = delete.PreviousRecords ? doomed : [];
        return $"Ok@{Visible} del {doomed.Count} {Show(previous)}";
    }

    private string Range(RangeOperation range)
    {
        var revision = range.Revision > 0 ? range.Revision : Visible;
        if (revision > Visible)
            return $"{MvccOutcome.FutureRevision}@{Visible}";
        if (revision < compacted)
            return $"{MvccOutcome.Compacted}@{Visible}";
        var state = revision > Revision ? open : states[(int)revision];
        var all = state.Where(pair => range.Keys.Contains(Bytes(pair.Key).Span)).ToList();
        var bounded = range.MinModRevision != 0 || range.MaxModRevision != 0
            || range.MinCreateRevision != 0 || range.MaxCreateRevision != 0;
        var limit = range.Limit > 0 ? (int)range.Limit : int.MaxValue;
        var fetch = range.Order != SortOrder.None || bounded || range.Limit <= 0 ? int.MaxValue : limit + 1;
        var some = all.Take(fetch).Where(pair =>
            (range.MinModRevision == 0 || pair.Value.Mod >= range.MinModRevision)
            && (range.MaxModRevision == 0 || pair.Value.Mod <= range.MaxModRevision)
            && (range.MinCreateRevision == 0 || pair.Value.Create >= range.MinCreateRevision)
            && (range.MaxCreateRevision == 0 || pair.Value.Create <= range.MaxCreateRevision));
        var sorted = Sort(some, range.Target, range.Order == SortOrder.Descend).ToList();
        var shown = range.CountOnly ? [] : sorted.Take(limit);
        var more = !range.CountOnly && sorted.Count > limit;
        return $"Ok@{Visible} range {all.Count} {more} {Show(shown)}";
    }

    private static IEnumerable<KeyValuePair<string, Entry>> Sort(
        IEnumerable<KeyValuePair<string, Entry>> pairs, SortTarget target, bool descending)
    {
        var keys = StringComparer.Ordinal;
        if (target == SortTarget.Key)
            return descending ? pairs.OrderByDescending(pair => pair.Key, keys) : pairs;
        if (target == SortTarget.Value)
        {
            return (descending
                ? pairs.OrderByDescending(pair => pair.Value.Value, keys)
                : pairs.OrderBy(pair => pair.Value.Value, keys)).ThenBy(pair => pair.Key, keys);
        }
        Func<KeyValuePair<string, Entry>, long> number = target switch
        {
            SortTarget.Version => pair => pair.Value.Version,
            SortTarget.CreateRevision => pair => pair.Value.Create,
            _ => pair => pair.Value.Mod,
        };
        return (descending ? pairs.OrderByDescending(number) : pairs.OrderBy(number)).ThenBy(pair => pair.Key, keys);
    }

    internal sealed record Entry(string Value, long Create, long Mod, long Version, long Lease);
}
