using System.Diagnostics;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Cli.Output;

namespace Divvy.Cli.Benchmarking;

/// <summary>Runs one load of like requests over a session and measures it, this process's own work included.</summary>
internal static class LoadBench
{
    /// <param name="session">The connections.</param>
    /// <param name="name">What the result is called.</param>
    /// <param name="operation">What each client does.</param>
    /// <param name="total">Requests.</param>
    /// <param name="pacer">Holds the load to a rate; null: none.</param>
    /// <param name="progress">Where a bar is drawn; null: nowhere.</param>
    /// <param name="stop">Ends the load early, in good order.</param>
    public static async Task<BenchResult> RunAsync(
        BenchSession session,
        string name,
        LoadOperation operation,
        long total,
        Pacer? pacer,
        TextWriter? progress,
        CancellationToken stop)
    {
        var recorder = new LatencyRecorder(session.Settings.KeepsSeconds, TimeProvider.System);
        var run = new LoadRun(total, recorder, pacer);
        LoadClient[] clients =
        [
            .. Enumerable.Range(0, session.Settings.Clients)
                .Select(number => new LoadClient(run, session.SlotOf(number), operation, number)),
        ];
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var running = run.RunAsync(clients, stop);
        if (progress is not null)
            await ProgressLine.ShowAsync(progress, () => recorder.Ended, total, running);
        await running;
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new BenchResult(name, recorder.Summarize(elapsed), Environment.CpuUsage.TotalTime - cpu);
    }

    /// <summary>Where to draw progress: on the standard error if a person sees it.</summary>
    public static TextWriter? ProgressOf(CommandConsole console) => console.IsErrorInteractive ? console.Error : null;
}
