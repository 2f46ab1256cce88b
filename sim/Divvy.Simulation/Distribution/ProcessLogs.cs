using Divvy.Simulation.Runs;
using Divvy.Simulation.World;
using Microsoft.Extensions.Logging;

namespace Divvy.Simulation.Distribution;

/// <summary>What a process logs goes into the trace. Some of it must never be logged, whatever goes wrong
/// outside.</summary>
internal sealed class ProcessLogs(SimProcess process, RunReport report) : ILoggerFactory, ILogger
{
    private const LogLevel Least = LogLevel.Information;

    /// <summary>Faults of the code itself, and plans that break their own rules.</summary>
    private static readonly string[] never =
    [
        "LoopFailed", "ControllerFailed", "ObserverFailed", "JournalFailed", "TokenCallbackFailed", "PlanRefused",
        "UnreadableValue", "StoreWentBack",
    ];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the trace is all there is");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Least;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (logLevel < Least || !process.IsAlive)
            return;
        if (never.Contains(eventId.Name))
            report.Violated("no failure of the code", $"{process.Name}: {formatter(state, exception)} {exception}");
        process.World.Trace.Add(
            TraceKind.Decision, process.Name, eventId.Id, () => $"{logLevel}: {formatter(state, exception)}");
    }

    public void Dispose()
    {
    }
}
