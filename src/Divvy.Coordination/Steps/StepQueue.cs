using System.Threading.Channels;
using Divvy.Client.Etcd;

namespace Divvy.Coordination.Steps;

/// <summary>Collects the steps that follow from acknowledgements, across all sessions of this server, into
/// transactions: while one is under way the next one fills, so that a move of a thousand shards costs some tens of
/// transactions and a move of one shard waits for nobody. Thread-safe.</summary>
public sealed class StepQueue(StepCommitter committer)
{
    /// <summary>Submissions that wait; more wait to be let in.</summary>
    public const int Capacity = 4_096;

    /// <summary>Batches under way at a time: one being written and one waiting behind it keep the store busy.</summary>
    private const int Workers = 2;

    private readonly Channel<Submission> queue = Channel.CreateBounded<Submission>(Capacity);

    /// <summary>Carries out steps and returns what became of each, in their order.
    /// <exception cref="EtcdException">The store did not answer: some may have been done, some
    /// not.</exception></summary>
    public async Task<IReadOnlyList<StepResult>> SubmitAsync(
        string space, IReadOnlyList<ShardStep> steps, CancellationToken cancellationToken)
    {
        var submission = new Submission(space, steps);
        await queue.Writer.WriteAsync(submission, cancellationToken).ConfigureAwait(false);
        return await submission.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(cancellationToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var taken = new List<Submission>();
                while (queue.Reader.TryRead(out var submission))
                    taken.Add(submission);
                foreach (var group in taken.GroupBy(submission => submission.Space, StringComparer.Ordinal))
                    await CommitAsync(group.Key, [.. group], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever still waits is cancelled by the same token.
        }
    }

    private async Task CommitAsync(string space, List<Submission> group, CancellationToken cancellationToken)
    {
        try
        {
            var steps = group.SelectMany(submission => submission.Steps).ToList();
            var results = await committer.CommitAsync(space, steps, guard: null, cancellationToken)
                .ConfigureAwait(false);
            var offset = 0;
            foreach (var submission in group)
            {
                submission.Done.SetResult([.. results.Skip(offset).Take(submission.Steps.Count)]);
                offset += submission.Steps.Count;
            }
        }
        catch (EtcdException failure)
        {
            foreach (var submission in group)
                submission.Done.TrySetException(failure);
        }
    }

    private sealed record Submission(string Space, IReadOnlyList<ShardStep> Steps)
    {
        public TaskCompletionSource<IReadOnlyList<StepResult>> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
