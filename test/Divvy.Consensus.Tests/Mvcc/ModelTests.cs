using Divvy.Consensus.Mvcc;
using static Divvy.Consensus.Tests.Mvcc.Driver;
using static Divvy.Consensus.Tests.Mvcc.Transcript;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>Random histories on the store and on the naive one: every answer, the state, the leases' keys, and the
/// changes that watchers are told of must agree, and so must what is done in pieces meanwhile. A history that fails is
/// made as short as it can be.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Apply_RandomHistory_AnswersAsTheNaiveStoreDoes(int seed)
    {
        var generator = new CommandGenerator(seed);
        var history = Enumerable.Range(0, 1500).Select(_ => generator.Next()).ToList();

        var failure = Run(history, seed);

        if (failure is not null)
            Assert.Fail(Explain(Shorten(history[..(failure.Value.Step + 1)], seed), seed));
    }

    private static (int Step, string Text)? Run(List<MvccCommand> history, int seed)
    {
        var driver = new Driver();
        var naive = new NaiveStore();
        var replayed = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var piecework = new Piecework(driver, naive, seed);
        for (var step = 0; step < history.Count; step++)
        {
            var expected = naive.Apply(history[step]);
            var actual = Show(driver.Apply(history[step]));
            foreach (var change in driver.Store.LastChanges)
            {
                if (change.IsTombstone)
                    replayed.Remove(Text(change.Key));
                else
                    replayed[Text(change.Key)] = Show(change);
            }
            var wrong = actual == expected
                ? FindWrongState(driver, naive, replayed) ?? piecework.GoOn(history[step])
                : $"{actual}\n instead of\n{expected}";
            if (wrong is not null)
                return (step, wrong);
        }
        return null;
    }

    private static string? FindWrongState(
        Driver driver, NaiveStore naive, SortedDictionary<string, string> replayed)
    {
        var store = driver.Store;
        if (store.Revision != naive.Revision)
            return $"revision {store.Revision} instead of {naive.Revision}";
        if (store.Statistics().Keys != naive.State.Count)
            return $"{store.Statistics().Keys} keys instead of {naive.State.Count}";
        if (!replayed.Keys.SequenceEqual(naive.State.Keys))
            return $"the changes lead to {string.Join(' ', replayed.Keys)}";
        foreach (var lease in store.Leases)
        {
            var keys = string.Join(' ', lease.Keys.Select(key => Text(key)));
            var attached = naive.State.Where(pair => pair.Value.Lease == lease.Id).Select(pair => pair.Key);
            var expected = string.Join(' ', attached);
            if (keys != expected)
                return $"lease {lease.Id} has {keys} instead of {expected}";
        }
        return store.Leases.Select(lease => lease.Id).SequenceEqual(naive.Leases) ? null : "other leases";
    }

    /// <summary>Leaves out whatever is not needed to fail.</summary>
    private static List<MvccCommand> Shorten(List<MvccCommand> history, int seed)
    {
        for (var chunk = history.Count / 2; chunk > 0; chunk /= 2)
        {
            for (var start = 0; start + chunk <= history.Count;)
            {
                List<MvccCommand> shorter = [.. history[..start], .. history[(start + chunk)..]];
                if (Run(shorter, seed) is not null)
                    history = shorter;
                else
                    start += chunk;
            }
        }
        return history;
    }

    private static string Explain(List<MvccCommand> history, int seed) =>
        $"{string.Join('\n', history)}\n gives {Run(history, seed)!.Value.Text}";
}
