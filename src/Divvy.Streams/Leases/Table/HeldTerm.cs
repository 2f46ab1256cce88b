namespace Divvy.Streams.Leases.Table;

/// <summary>A term that the holder was granted, with what ends it.</summary>
internal sealed class HeldTerm
{
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenSource forced = new();
    private TaskCompletionSource changed = New();

    public HeldTerm(string key, long number, Func<CancellationToken, LeaseTerm> term)
    {
        Key = key;
        Number = number;
        Term = term(ended.Token);
    }

    public string Key { get; }

    /// <summary>The holding's number in the rules.</summary>
    public long Number { get; }

    public LeaseTerm Term { get; }

    /// <summary>Cancelled when the next owner does not wait any longer.</summary>
    public CancellationToken Forced => forced.Token;

    /// <summary>Completes when the row's state has changed since this was asked.</summary>
    public Task Changed => Volatile.Read(ref changed).Task;

    public void Signal() => Interlocked.Exchange(ref changed, New()).TrySetResult();

    public void End()
    {
        ended.Cancel();
        Signal();
    }

    public void Force() => forced.Cancel();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
