using System.Collections.Concurrent;
using Divvy.Store.Peers;
using Microsoft.Extensions.Logging;

namespace Divvy.Store.Tests.Peers;

/// <summary>Keeps the lines a transport logs.</summary>
internal sealed class LogLines : ILogger<PeerTransport>
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Lock gate = new();
    private readonly List<(string Part, TaskCompletionSource<string> Found)> waiting = [];

    public IReadOnlyCollection<string> All => lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        lock (gate)
        {
            lines.Enqueue(line);
            foreach (var (part, found) in waiting)
            {
                if (line.Contains(part, StringComparison.Ordinal))
                    found.TrySetResult(line);
            }
        }
    }

    /// <summary>Waits for a line that contains this text; one that was logged before counts.</summary>
    public async Task<string> ContainingAsync(string part)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (lines.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } already)
                return already;
            waiting.Add((part, found));
        }

        try
        {
            return await Wait.For(found.Task, $"a log line with '{part}'");
        }
        catch (TimeoutException failure)
        {
            throw new TimeoutException($"{failure.Message}; logged: {string.Join(" | ", lines)}");
        }
    }
}
