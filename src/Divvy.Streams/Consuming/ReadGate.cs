namespace Divvy.Streams.Consuming;

/// <summary>Lets the shards of a worker wait for leave to read, first come first served among those that may.
/// Thread-safe: the lock around <see cref="ReadBudget"/>.</summary>
internal sealed class ReadGate(long limit, int maxRecords, int maxReads = int.MaxValue)
{
    private enum Wish
    {
        /// <summary>Some records.</summary>
        Read,

        /// <summary>What was pushed.</summary>
        TakeIn,

        /// <summary>The answer of a read, now that its size is known.</summary>
        Admit,
    }

    private readonly Lock gate = new();
    private readonly ReadBudget budget = new(limit, maxReads);
    private readonly LinkedList<Waiter> waiters = [];

    /// <summary>Bytes that are buffered or reserved.</summary>
    public long Held
    {
        get
        {
            lock (gate)
                return budget.Held;
        }
    }

    public ReadAccount Open()
    {
        lock (gate)
            return budget.Open();
    }

    /// <summary>Waits until the shard may read some records.</summary>
    public Task<ReadGrant> EnterAsync(ReadAccount account, CancellationToken cancellationToken) =>
        EnterAsync(new Waiter(account, Wish.Read, 0), cancellationToken);

    /// <summary>Waits until there is room for what the service has sent.</summary>
    public Task<ReadGrant> EnterAsync(ReadAccount account, long bytes, CancellationToken cancellationToken) =>
        EnterAsync(new Waiter(account, Wish.TakeIn, bytes), cancellationToken);

    /// <summary>Waits until the shard, which is reading, may take its answer in.</summary>
    public async ValueTask AdmitAsync(ReadAccount account, long bytes, CancellationToken cancellationToken) =>
        await EnterAsync(new Waiter(account, Wish.Admit, bytes), cancellationToken).ConfigureAwait(false);

    public void Settle(ReadAccount account, long bytes, int records) =>
        Change(() => budget.Settle(account, bytes, records));

    public void Release(ReadAccount account, long bytes) => Change(() => budget.Release(account, bytes));

    public void Close(ReadAccount account) => Change(() => budget.Close(account));

    private async Task<ReadGrant> EnterAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (TryGrant(waiter) is { } grant)
            {
                // A smaller answer than was reserved for it leaves room.
                if (waiter.Wish == Wish.Admit)
                    AdmitWaiters();
                return grant;
            }
            waiters.AddLast(waiter);
        }
        using var cancelled = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).Granted.TrySetCanceled(token), waiter);
        try
        {
            return await waiter.Granted.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (gate)
                waiters.Remove(waiter);
            throw;
        }
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            AdmitWaiters();
        }
    }

    private void AdmitWaiters()
    {
        for (var node = waiters.First; node is not null;)
        {
            var next = node.Next;
            if (TryAdmit(node.Value))
                waiters.Remove(node);
            node = next;
        }
    }

    private bool TryAdmit(Waiter waiter)
    {
        if (waiter.Granted.Task.IsCompleted)
            return true;
        if (TryGrant(waiter) is not { } grant)
            return false;
        // Cancelled meanwhile. The read that an answer belongs to is settled by whoever reads.
        if (!waiter.Granted.TrySetResult(grant) && waiter.Wish != Wish.Admit)
            budget.Settle(waiter.Account, 0, 0);
        return true;
    }

    private ReadGrant? TryGrant(Waiter waiter) => waiter.Wish switch
    {
        Wish.Read => budget.TryGrant(waiter.Account, maxRecords),
        Wish.TakeIn => budget.TryReserve(waiter.Account, waiter.Bytes),
        _ => budget.TryAdmit(waiter.Account, waiter.Bytes),
    };

    private sealed class Waiter(ReadAccount account, Wish wish, long bytes)
    {
        public ReadAccount Account { get; } = account;

        public Wish Wish { get; } = wish;

        /// <summary>Of what has come; 0 for a read.</summary>
        public long Bytes { get; } = bytes;

        public TaskCompletionSource<ReadGrant> Granted { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
