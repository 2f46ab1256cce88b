using Divvy.Client.Etcd;
using Divvy.Torture.Load;

namespace Divvy.Torture.Checks;

/// <summary>The history of the store as a watch tells it, from the last compaction on: without gaps, in order, never
/// rewritten, with every acknowledged write in its place and no write that nobody made or that happened twice.</summary>
public sealed class History
{
    private readonly SortedDictionary<long, List<WatchEvent>> events = [];

    /// <summary>Everything before and at it may be gone.</summary>
    public long Compacted { get; private set; }

    /// <summary>Up to here everything has been checked.</summary>
    public long Checked { get; private set; } = 1;

    /// <summary>The changes of a revision that is not compacted.</summary>
    public IReadOnlyList<WatchEvent> EventsAt(long revision) => events[revision];

    /// <summary>Reads the whole history at one member and compares it with what was seen before.</summary>
    /// <param name="member">Who tells it.</param>
    /// <param name="watch">Watches everything from a revision on.</param>
    /// <param name="upTo">The last revision there is.</param>
    public async Task ReadAsync(
        string member, Func<long, CancellationToken, IAsyncEnumerable<WatchBatch>> watch, long upTo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var read = await ReadFromAsync(member, watch, upTo, limit.Token);
        var expected = Math.Max(2, Compacted + 1);
        foreach (var (revision, now) in read)
        {
            if (revision != expected)
                throw new TortureViolation($"the watch at {member} jumps from revision {expected - 1} to {revision}");
            expected++;
            if (events.TryGetValue(revision, out var before) && !Describe(now).SequenceEqual(Describe(before)))
            {
                throw new TortureViolation($"revision {revision} was rewritten, says {member}: it was"
                    + $" {string.Join(", ", Describe(before))}, is {string.Join(", ", Describe(now))}");
            }

            events[revision] = now;
        }

        if (expected <= upTo)
            throw new TortureViolation($"the watch at {member} ends at revision {expected - 1}, not at {upTo}");
        foreach (var gone in events.Keys.TakeWhile(revision => revision <= Compacted).ToList())
            events.Remove(gone);
    }

    /// <summary>Each key's changes count up from its creation, and end with what the key holds.</summary>
    public void CheckAgainst(string member, IReadOnlyDictionary<string, Kv> state)
    {
        var last = new Dictionary<string, WatchEvent>(StringComparer.Ordinal);
        foreach (var change in events.Values.SelectMany(list => list))
        {
            if (!change.IsDelete && last.TryGetValue(change.Key, out var before)
                && change.Kv.Version != (before.IsDelete ? 1 : before.Kv.Version + 1))
            {
                throw new TortureViolation($"{change.Key} has version {change.Kv.Version} at revision"
                    + $" {change.Kv.ModRevision}, after {before.Kv.Version} at {before.Kv.ModRevision}");
            }

            last[change.Key] = change;
        }

        foreach (var (key, change) in last)
        {
            var held = state.GetValueOrDefault(key);
            var agrees = change.IsDelete ? held is null
                : held?.ModRevision == change.Kv.ModRevision && held.Text == change.Kv.Text;
            if (!agrees)
            {
                throw new TortureViolation($"the history of {key} ends at revision {change.Kv.ModRevision}, but at"
                    + $" {member} it holds '{held?.Text ?? "(absent)"}' of revision {held?.ModRevision}");
            }
        }

        foreach (var (key, held) in state)
        {
            if (held.ModRevision > Compacted && !last.ContainsKey(key))
                throw new TortureViolation($"{key} was changed at revision {held.ModRevision}; no watch ever said so");
        }
    }

    /// <summary>What was acknowledged is there, once; what is there was tried. Then all of it counts as checked.</summary>
    public void CheckAttempts(IReadOnlyList<Attempt> attempts, string prefix, long upTo)
    {
        foreach (var promised in attempts.Where(it => it.Outcome == Outcome.Acknowledged && it.Revision > 0))
        {
            if (!events.TryGetValue(promised.Revision, out var there) || !there.Exists(it => Is(it, promised)))
            {
                throw new TortureViolation($"{promised.Key}='{promised.Value ?? "(deleted)"}' was acknowledged at revision"
                    + $" {promised.Revision}; the history does not have it there");
            }
        }

        var possible = attempts.Where(attempt => attempt.Outcome != Outcome.Refused)
            .ToLookup(attempt => (attempt.Key, attempt.Value));
        var seen = new HashSet<(string, string?)>();
        foreach (var change in events.Where(one => one.Key > Checked).SelectMany(one => one.Value))
        {
            if (!change.Key.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var written = (change.Key, change.IsDelete ? null : change.Kv.Text);
            if (!possible.Contains(written))
                throw new TortureViolation($"revision {change.Kv.ModRevision} has {written}, which nobody wrote or was refused");
            if (written.Item2 is not null && !seen.Add(written))
                throw new TortureViolation($"{written} happened twice, the second time at revision {change.Kv.ModRevision}");
        }

        Checked = upTo;
    }

    private async Task<SortedDictionary<long, List<WatchEvent>>> ReadFromAsync(
        string member,
        Func<long, CancellationToken, IAsyncEnumerable<WatchBatch>> watch,
        long upTo,
        CancellationToken limit)
    {
        var read = new SortedDictionary<long, List<WatchEvent>>();
        var last = 0L;
        try
        {
            await foreach (var batch in watch(Compacted + 1, limit))
            {
                if (batch.IsCompacted)
                {
                    NoteCompaction(member, batch.CompactRevision);
                    return await ReadFromAsync(member, watch, upTo, limit);
                }

                foreach (var change in batch.Events)
                {
                    if (change.Kv.ModRevision < last)
                        throw new TortureViolation($"the watch at {member} goes back from {last} to {change.Kv.ModRevision}");
                    last = change.Kv.ModRevision;
                    if (!read.TryGetValue(last, out var list))
                        read.Add(last, list = []);
                    list.Add(change);
                }

                if (last >= upTo)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TortureViolation($"the watch at {member} stands at revision {last} and does not reach {upTo}");
        }

        return read;
    }

    private void NoteCompaction(string member, long compacted)
    {
        if (compacted <= Compacted || compacted > Checked)
        {
            throw new TortureViolation($"{member} says that revision {compacted} is compacted; it was at {Compacted}"
                + $" before, and nobody asked for more than {Checked}");
        }

        Compacted = compacted;
    }

    private static bool Is(WatchEvent change, Attempt promised) => change.Key == promised.Key
        && (promised.Value is null ? change.IsDelete : !change.IsDelete && change.Kv.Text == promised.Value);

    private static IEnumerable<string> Describe(IEnumerable<WatchEvent> changes) =>
        changes.Select(change => $"{change.Type} {change.Key}='{change.Kv.Text}' version {change.Kv.Version}");
}
