using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Divvy.TestKit;

/// <summary>A child process whose output lines (both streams, in order of arrival) a test can wait for. Disposing it
/// kills it with its children; so does the end of the test process. Thread-safe.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>How long waits last unless told otherwise. Generous: the machine may be slow and shared.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(60);

    /// <summary>Older lines are forgotten.</summary>
    public const int MaxLines = 20_000;

    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process process;
    private readonly Lock gate = new();
    private readonly List<string> lines = [];
    private readonly EventHandler killAtExit;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int openStreams = 2;

    private ChildProcess(ProcessStartInfo start)
    {
        Name = Path.GetFileName(start.FileName);
        process = new Process { StartInfo = start };
        killAtExit = (_, _) => KillTree();
    }

    public string Name { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>The exit code; 128 + signal if a signal ended it. Only after the exit.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>The lines so far, oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    public static ChildProcess Start(
        string fileName,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var child = new ChildProcess(start);
        child.Run();
        return child;
    }

    /// <summary>Runs a command to its end and returns its output.
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception></summary>
    public static async Task<string> RunAsync(
        string fileName, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var list = arguments.ToList();
        await using var child = Start(fileName, list, environment);
        var code = await child.WaitForExitAsync().ConfigureAwait(false);
        var output = string.Join('\n', child.Lines);
        return code == 0
            ? output
            : throw new InvalidOperationException($"{fileName} {string.Join(' ', list)} ended with {code}: {output}");
    }

    /// <summary>Waits for a line, among those already there or to come, and returns it.
    /// <exception cref="TimeoutException">It did not come in time, or the process ended without
    /// it.</exception></summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> match, string what, TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? DefaultWait);
        while (true)
        {
            Task signal;
            bool ended;
            lock (gate)
            {
                if (lines.Find(line => match(line)) is { } found)
                    return found;
                ended = openStreams == 0;
                signal = changed.Task;
            }
            if (ended)
                throw new TimeoutException($"{Name} ended without: {what}. {Tail()}");
            try
            {
                await signal.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{Name} did not write in time: {what}. {Tail()}");
            }
        }
    }

    /// <summary>Waits for the end of the process and of its output, and returns the exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? DefaultWait);
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} (pid {Id}) did not end in time. {Tail()}");
        }
        return process.ExitCode;
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        Signal(SigKill);
        await WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>SIGTERM: asks it to end. Does not wait.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>SIGSTOP: the process stands still, its sockets stay open. It takes effect a little after it was sent, so
    /// this waits until every thread has stopped.</summary>
    public void Pause()
    {
        Signal(SigStop);
        if (!SpinWait.SpinUntil(() => process.HasExited || StandsStill(), DefaultWait))
            throw new TimeoutException($"{Name} (pid {Id}) did not stop. {Tail()}");
    }

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal(SigCont);

    public async Task WriteLineAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line).ConfigureAwait(false);
        await process.StandardInput.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>The last lines of the output, for messages.</summary>
    public string Tail(int count = 15)
    {
        var all = Lines;
        return $"Last output of {Name}:\n  {string.Join("\n  ", all.Skip(Math.Max(0, all.Count - count)))}";
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= killAtExit;
        KillTree();
        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
    }

    private bool StandsStill()
    {
        try
        {
            // proc(5): the state is the field behind the name, which is in parentheses.
            return Directory.EnumerateDirectories($"/proc/{Id}/task")
                .Select(thread => File.ReadAllText(Path.Combine(thread, "stat")))
                .All(stat => stat[stat.LastIndexOf(')') + 2] is 'T' or 't' or 'Z');
        }
        catch (IOException)
        {
            return false; // A thread ended meanwhile.
        }
    }

    private void Run()
    {
        process.OutputDataReceived += (_, received) => Take(received.Data);
        process.ErrorDataReceived += (_, received) => Take(received.Data);
        process.Start();
        AppDomain.CurrentDomain.ProcessExit += killAtExit;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private void Take(string? line)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            if (line is null)
                openStreams--;
            else
                lines.Add(line);
            if (lines.Count > MaxLines)
                lines.RemoveRange(0, MaxLines / 10);
            signal = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        signal.SetResult();
    }

    private void KillTree()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already, which is what was wanted.
        }
    }

    private void Signal(int signal)
    {
        if (!process.HasExited && Kill(process.Id, signal) != 0)
            throw new InvalidOperationException(
                $"signal {signal} to {Name} (pid {Id}) failed: errno {Marshal.GetLastPInvokeError()}");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);
}
