using System.Collections.Concurrent;
using Divvy.Core.Hosting;

namespace Divvy.Client.Hosting;

/// <summary>The requests that wait for the machine's decision. Their number is limited by the machine.
/// Thread-safe.</summary>
internal sealed class RequestWaits
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<AdmitResult>> waiting = [];

    /// <summary>Call it before the machine's effects are carried out, so that a release finds the wait.</summary>
    public Task<AdmitResult> Add(long ticket)
    {
        var wait = new TaskCompletionSource<AdmitResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[ticket] = wait;
        return wait.Task;
    }

    public void Release(in ReleasedRequest released)
    {
        if (waiting.TryRemove(released.Ticket, out var wait))
            wait.SetResult(released.Result);
    }

    /// <summary>The machine has forgotten the wait: no release will come.</summary>
    public void Forget(long ticket) => waiting.TryRemove(ticket, out _);
}
