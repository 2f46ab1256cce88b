using Microsoft.Extensions.Hosting;

namespace Divvy.Cli.Serving;

/// <summary>Leaves Ctrl-C and SIGTERM to the command: a web application in a command must not end on its own, before
/// what
/// depends on it has drained.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
