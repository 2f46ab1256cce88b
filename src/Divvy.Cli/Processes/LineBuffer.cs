namespace Divvy.Cli.Processes;

/// <summary>The last lines a child process wrote, for messages about it. Thread-safe.</summary>
internal sealed class LineBuffer(int capacity)
{
    private readonly Queue<string> lines = new();
    private readonly Lock gate = new();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    public void Add(string line)
    {
        lock (gate)
        {
            lines.Enqueue(line);
            if (lines.Count > capacity)
                lines.Dequeue();
        }
    }
}
