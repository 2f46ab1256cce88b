namespace Divvy.Histories.Linearizability;

/// <summary>Writes down who asked what when, and what came of it. Thread-safe.</summary>
/// <remarks>The order in which the calls arrive here is an order that really was: an operation that was completed before another
/// one was invoked has returned before it. So that this order survives when the clock stands still (a simulator's virtual
/// clock does), instants are moved by single ticks of 100 ns to be all different.</remarks>
public sealed class OperationRecorder<TInput, TOutput>
    where TInput : class
    where TOutput : class
{
    private readonly Lock gate = new();
    private readonly List<Operation<TInput, TOutput>?> operations = [];
    private TimeSpan last = TimeSpan.MinValue;

    /// <summary>What is on record: completed operations, and those without an answer as unknown. Refused ones are left out.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> Operations
    {
        get
        {
            lock (gate)
                return [.. operations.OfType<Operation<TInput, TOutput>>()];
        }
    }

    /// <summary>Call it right before the request leaves. Returns the number to complete it with.</summary>
    /// <param name="client">Whose call it is.</param>
    /// <param name="input">What is asked.</param>
    /// <param name="now">Since the run began.</param>
    public int Invoke(int client, TInput input, TimeSpan now)
    {
        lock (gate)
        {
            operations.Add(new Operation<TInput, TOutput>(client, input, Next(now), null, null));
            return operations.Count - 1;
        }
    }

    /// <summary>The answer has come.</summary>
    public void Complete(int operation, TOutput output, TimeSpan now)
    {
        lock (gate)
            operations[operation] = operations[operation]! with { Output = output, Returned = Next(now) };
    }

    /// <summary>It was refused and certainly did nothing: it is forgotten. An operation whose outcome nobody knows is neither
    /// completed nor refused.</summary>
    public void Refuse(int operation)
    {
        lock (gate)
            operations[operation] = null;
    }

    private TimeSpan Next(TimeSpan now) => last = now > last ? now : last + TimeSpan.FromTicks(1);
}
