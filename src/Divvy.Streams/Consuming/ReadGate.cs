namespace Divvy.Streams.Consuming;

/// <summary>Lets the shards of a worker wait for leave to read, first come first served among those that may.
/// Thread-safe: the lock around <see cref="ReadBudget"/>.</summary>
internal sealed class ReadGate(long limit, int maxRecords)
{
    private readonly Lock gate = new();
    private readonly ReadBudget budget = new(limit);
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
        EnterAsync(new Waiter(account, null), cancellationToken);

    /// <summary>Waits until there is room for what the service has sent.</summary>
    public Task<ReadGrant> EnterAsync(ReadAccount account, long bytes, CancellationToken cancellationToken) =>
        EnterAsync(new Waiter(account, bytes), cancellationToken);

    public void Settle(ReadAccount account, long bytes, int largestRecord) =>
        Change(() => budget.Settle(account, bytes, largestRecord));

    public void Release(ReadAccount account, long bytes) => Change(() => budget.Release(account, bytes));

    public void Close(ReadAccount account) => Change(() => budget.Close(account));

    private async Task<ReadGrant> EnterAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (TryGrant(waiter) is { } grant)
                return grant;
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
            for (var node = waiters.First; node is not null;)
            {
                var next = node.Next;
                if (TryAdmit(node.Value))
                    waiters.Remove(node);
                node = next;
            }
        }
    }

    private bool TryAdmit(Waiter waiter)
    {
        if (waiter.Granted.Task.IsCompleted)
            return true;
        if (TryGrant(waiter) is not { } grant)
            return false;
        if (!waiter.Granted.TrySetResult(grant))
            budget.Settle(waiter.Account, 0, 0);
        return true;
    }

    private ReadGrant? TryGrant(Waiter waiter) => waiter.Bytes is { } bytes
        ? budget.TryReserve(waiter.Account, bytes)
        : budget.TryGrant(waiter.Account, maxRecords);

    private sealed class Waiter(ReadAccount account, long? bytes)
    {
        public ReadAccount Account { get; } = account;

        /// <summary>Null: as many as some records may take.</summary>
        public long? Bytes { get; } = bytes;

        public TaskCompletionSource<ReadGrant> Granted { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
