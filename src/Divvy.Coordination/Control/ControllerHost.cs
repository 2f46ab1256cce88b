using System.Collections.Concurrent;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Timing;

namespace Divvy.Coordination.Control;

/// <summary>Runs a controller for every namespace that exists, for as long as it exists. Thread-safe.</summary>
internal sealed class ControllerHost(ControllerServices services)
{
    private readonly ConcurrentDictionary<string, Running> controllers = new(StringComparer.Ordinal);

    /// <summary>The namespaces this server leads.</summary>
    public IEnumerable<string> Led =>
        controllers.Where(entry => entry.Value.Controller.Leads).Select(entry => entry.Key)
            .Order(StringComparer.Ordinal);

    /// <summary>Runs on the mirror's loop.</summary>
    public void Observe(MirrorUpdate update)
    {
        foreach (var change in update.Changes)
        {
            if (controllers.TryGetValue(change.Name, out var running))
                running.Controller.Observe(change);
        }
    }

    /// <summary>Starts and stops controllers as namespaces come and go, until it is cancelled; then waits for
    /// all.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var snapshot = services.Mirror.Current;
                await FollowAsync(snapshot, cancellationToken).ConfigureAwait(false);
                await services.Mirror.WaitUntilAsync(
                    state => !state.Names.SequenceEqual(snapshot.Names, StringComparer.Ordinal), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var name in controllers.Keys.Order(StringComparer.Ordinal))
                await StopAsync(name).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(StoreSnapshot snapshot, CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(snapshot.Names, StringComparer.Ordinal);
        foreach (var name in controllers.Keys.Where(name => !names.Contains(name)).Order(StringComparer.Ordinal))
            await StopAsync(name).ConfigureAwait(false);
        foreach (var name in names.Where(name => !controllers.ContainsKey(name)))
        {
            var controller = new NamespaceController(name, services);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            controllers[name] = new Running(controller, SuperviseAsync(name, controller, stop.Token), stop);
        }
    }

    private async Task StopAsync(string name)
    {
        if (!controllers.TryRemove(name, out var running))
            return;
        await running.Stop.CancelAsync().ConfigureAwait(false);
        await running.Task.ConfigureAwait(false);
        running.Stop.Dispose();
    }

    /// <summary>A fault in one namespace's controller is logged and must not leave that namespace without
    /// one.</summary>
    private async Task SuperviseAsync(string name, NamespaceController controller, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(services.Time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await controller.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                services.Logger.ControllerFailed(failure, name);
                await backoff.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed record Running(NamespaceController Controller, Task Task, CancellationTokenSource Stop);
}
