using System.Threading.Tasks.Sources;

namespace Divvy.Rpc.InProcess;

/// <summary>A wait that can be used again and again, one waiter at a time. The waiter is resumed inside
/// <see cref="Set"/>.</summary>
internal sealed class ReusableSignal<T> : IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> core;

    /// <summary>Begins a wait. Under the lock that also guards who may call <see cref="Set"/>.</summary>
    public ValueTask<T> Arm()
    {
        core.Reset();
        return new ValueTask<T>(this, core.Version);
    }

    public void Set(T result) => core.SetResult(result);

    T IValueTaskSource<T>.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
