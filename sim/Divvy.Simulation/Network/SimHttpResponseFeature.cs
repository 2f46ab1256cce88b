using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Simulation.Network;

/// <summary>The head of a response, and who wants to know when it has left.</summary>
internal sealed class SimHttpResponseFeature : HttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> completed = new();

    public override void OnCompleted(Func<object, Task> callback, object state) => completed.Push((callback, state));

    /// <summary>The response has left.</summary>
    public async Task CompleteAsync()
    {
        while (completed.TryPop(out var next))
            await next.Callback(next.State).ConfigureAwait(false);
    }
}
