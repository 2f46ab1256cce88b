using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Cli.Serving;

namespace Divvy.Cli.Lab;

/// <summary>Starts the lab's processes, keeps their logs in a folder, and ends them all with the lab.</summary>
internal sealed class LabProcesses(string folder) : IAsyncDisposable
{
    public static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly List<ChildProcess> children = [];
    private readonly List<StreamWriter> logs = [];

    public string Folder { get; } = folder;

    /// <summary>Starts <c>divvy</c> with these arguments and waits until it logs the line that says it is ready.
    /// <exception cref="CommandException">It did not; the message ends with its last lines.</exception></summary>
    public async Task<ChildProcess> StartAsync(
        string name, IEnumerable<string> arguments, string ready, CancellationToken cancellationToken)
    {
        var isReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = Log(name);
        var child = ChildProcess.StartSupervised(name, arguments, Take, Take);
        children.Add(child);
        var first = await Task.WhenAny(
            isReady.Task, child.Exited, Task.Delay(StartTimeout, cancellationToken));
        if (first == isReady.Task)
            return child;
        cancellationToken.ThrowIfCancellationRequested();
        throw new CommandException(
            ExitCode.Failed,
            $"{name} {(child.HasExited ? $"ended with {await child.Exited}" : "did not become ready")}."
                + $" Its last lines:\n  {child.Tail}");

        void Take(string line)
        {
            log(line);
            if (line.Contains(ready, StringComparison.Ordinal))
                isReady.TrySetResult();
        }
    }

    /// <summary>Starts a server on free ports.</summary>
    public async Task<LabServer> StartServerAsync(
        string id, LabSettings settings, IEnumerable<string> more, CancellationToken cancellationToken)
    {
        var listen = FreePort.Find();
        var http = FreePort.Find();
        List<string> arguments =
        [
            "server", "--id", id, "--listen", $"127.0.0.1:{listen}", "--http", $"127.0.0.1:{http}",
            "--session-ttl", new Duration(settings.SessionTtl).ToString(),
            "--controller-ttl", new Duration(settings.ControllerTtl).ToString(), .. more,
        ];
        var process = await StartAsync(id, arguments, ServerLog.ReadyPhrase, cancellationToken);
        return new LabServer(id, listen, http, arguments, process);
    }

    /// <summary>Starts a server that has ended again, as it was.</summary>
    public async Task<LabServer> RestartAsync(LabServer server, CancellationToken cancellationToken) => server with
    {
        Process = await StartAsync(server.Id, server.Arguments, ServerLog.ReadyPhrase, cancellationToken),
    };

    /// <summary>A child started elsewhere ends with the lab as well.</summary>
    public void Adopt(ChildProcess child) => children.Add(child);

    /// <summary>Where lines of a process go: to a file of its name.</summary>
    public Action<string> Log(string name)
    {
        var log = TextWriter.Synchronized(OpenLog(name));
        return line => log.WriteLine(line);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in children)
            await child.DisposeAsync();
        foreach (var log in logs)
            await log.DisposeAsync();
    }

    private StreamWriter OpenLog(string name)
    {
        var path = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{logs.Count:000}-{name}.log"));
        var log = new StreamWriter(path) { AutoFlush = true };
        logs.Add(log);
        return log;
    }
}
