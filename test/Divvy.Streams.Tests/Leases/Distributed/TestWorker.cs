using System.Collections.Immutable;
using Divvy.Client.Servers;
using Divvy.Streams.Leases;
using Divvy.Streams.Leases.Distributed;

namespace Divvy.Streams.Tests.Leases.Distributed;

/// <summary>A worker that notes what it is told and yields when the test lets it. Thread-safe.</summary>
internal sealed class TestWorker : ILeaseHolder
{
    private readonly Lock gate = new();
    private ImmutableSortedDictionary<string, LeaseTerm> held =
        ImmutableSortedDictionary.Create<string, LeaseTerm>(StringComparer.Ordinal);

    private ImmutableList<string> story = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TestWorker(DistributedLeaseStoreOptions options, ServerChannels channels) =>
        Store = new DistributedLeaseStore(options, channels, loggers: null);

    public DistributedLeaseStore Store { get; }

    /// <summary>What a yield does before it returns. Default: nothing.</summary>
    public Func<LeaseTerm, CancellationToken, Task> OnYield { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What is held, by shard.</summary>
    public IReadOnlyDictionary<string, LeaseTerm> Held => held;

    /// <summary>What happened: <c>granted s000</c>, <c>yield s000</c>, <c>lost s000</c>.</summary>
    public IReadOnlyList<string> Story => story;

    public int Granted => story.Count(line => line.StartsWith("granted ", StringComparison.Ordinal));

    void ILeaseHolder.Granted(LeaseTerm term) => Note("granted", term, now => now.SetItem(term.Shard, term));

    async Task ILeaseHolder.YieldAsync(LeaseTerm term, CancellationToken forced)
    {
        Note("yield", term, now => now);
        await OnYield(term, forced);
        Note("yielded", term, now => now.Remove(term.Shard));
    }

    void ILeaseHolder.Lost(LeaseTerm term)
    {
        term.Ended.IsCancellationRequested.ShouldBeTrue();
        Note("lost", term, now => now.Remove(term.Shard));
    }

    /// <summary>Waits until the worker is in a state.</summary>
    public async Task UntilAsync(Func<TestWorker, bool> condition, string what)
    {
        while (true)
        {
            Task next;
            lock (gate)
                next = changed.Task;
            if (condition(this))
                return;
            try
            {
                await next.WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"did not happen: {what}; it holds {string.Join(' ', held.Keys)}");
            }
        }
    }

    /// <summary>Waits until it holds exactly these.</summary>
    public Task HoldsAsync(params string[] shards) =>
        UntilAsync(self => self.held.Keys.SequenceEqual(shards), $"holding {string.Join(' ', shards)}");

    private void Note(
        string what,
        LeaseTerm term,
        Func<ImmutableSortedDictionary<string, LeaseTerm>, ImmutableSortedDictionary<string, LeaseTerm>> change)
    {
        TaskCompletionSource told;
        lock (gate)
        {
            held = change(held);
            story = story.Add($"{what} {term.Shard}");
            told = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        told.SetResult();
    }
}
