using System.Diagnostics;

namespace Divvy.Cli.Processes;

/// <summary>A supervised child: its output goes line by line to a sink, its end is a task, and it ends with its
/// supervisor even if that is killed, because it watches its standard input (<see cref="ParentWatch"/>). Thread-safe.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>Lines kept for messages about a child that ended badly.</summary>
    public const int KeptLines = 40;

    private readonly Process process;
    private readonly LineBuffer tail = new(KeptLines);

    private ChildProcess(string name, Process process, Action<string>? onOutput, Action<string>? onError)
    {
        Name = name;
        this.process = process;
        process.OutputDataReceived += (_, received) => Take(received.Data, onOutput);
        process.ErrorDataReceived += (_, received) => Take(received.Data, onError);
    }

    public string Name { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Ends with the exit code (128 + signal if one ended it), after the last line of output.</summary>
    public Task<int> Exited { get; private set; } = Task.FromResult(0);

    public string Tail => string.Join("\n  ", tail.Lines);

    /// <summary>Starts a program. The sinks are called on the threads that read its output.</summary>
    public static ChildProcess Start(
        string name,
        string fileName,
        IEnumerable<string> arguments,
        Action<string>? onOutput = null,
        Action<string>? onError = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(fileName, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
            process.StartInfo.Environment[variable] = value;
        var child = new ChildProcess(name, process, onOutput, onError);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        child.Exited = child.WaitAsync();
        return child;
    }

    /// <summary>Starts this program again with other arguments, to end with this process.</summary>
    public static ChildProcess StartSupervised(
        string name,
        IEnumerable<string> arguments,
        Action<string>? onOutput = null,
        Action<string>? onError = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var own = OwnBinary.Find();
        return Start(
            name,
            own.FileName,
            [.. own.FirstArguments, .. arguments, SupervisedOption.Name],
            onOutput,
            onError,
            environment);
    }

    public void Signal(int signal)
    {
        if (!process.HasExited)
            UnixSignal.Send(process.Id, signal);
    }

    /// <summary>Asks it to end, waits, and kills it when the time is over. Returns the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        Signal(UnixSignal.Terminate);
        try
        {
            return await Exited.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            Signal(UnixSignal.Kill);
            return await Exited;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already, which is what was wanted.
        }
        await Exited;
        process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private void Take(string? line, Action<string>? sink)
    {
        if (line is null)
            return;
        tail.Add(line);
        sink?.Invoke(line);
    }
}
