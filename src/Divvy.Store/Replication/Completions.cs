using Divvy.Consensus;

namespace Divvy.Store.Replication;

/// <summary>Callers whose waiting is over, collected under a lock and run on after it: as one item of the thread pool,
/// because an item each costs more than most of what they go on to do.</summary>
internal sealed class Completions : IThreadPoolWorkItem
{
    private readonly List<(PendingProposal Proposal, StoreResult? Result, Exception? Failure)> proposals = [];
    private readonly List<(TaskCompletionSource Barrier, Exception? Failure)> barriers = [];

    public bool IsEmpty => proposals.Count == 0 && barriers.Count == 0;

    public void Add(PendingProposal proposal, StoreResult result) => proposals.Add((proposal, result, null));

    public void Add(PendingProposal proposal, Exception failure) => proposals.Add((proposal, null, failure));

    public void Add(TaskCompletionSource barrier, Exception? failure = null) => barriers.Add((barrier, failure));

    public void Execute()
    {
        foreach (var (proposal, result, failure) in proposals)
        {
            if (failure is null)
                proposal.Complete(result!);
            else
                proposal.Fail(failure);
        }

        foreach (var (barrier, failure) in barriers)
        {
            if (failure is null)
                barrier.SetResult();
            else
                barrier.SetException(failure);
        }
    }
}
