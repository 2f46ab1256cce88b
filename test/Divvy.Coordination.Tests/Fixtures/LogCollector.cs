using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Tests.Fixtures;

/// <summary>Keeps what a server logs, for tests to wait for. Thread-safe.</summary>
internal sealed class LogCollector : ILoggerFactory, ILogger
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    public async Task<string> WaitForAsync(string part)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            Task signal;
            lock (gate)
            {
                if (lines.Find(line => line.Contains(part, StringComparison.Ordinal)) is { } found)
                    return found;
                signal = changed.Task;
            }
            try
            {
                await signal.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(
                    $"no log line with '{part}'; the last are:\n{string.Join('\n', Lines.TakeLast(20))}");
            }
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
            signal = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        signal.SetResult();
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("a test's log has one sink");

    public void Dispose()
    {
        // Nothing to release.
    }
}
