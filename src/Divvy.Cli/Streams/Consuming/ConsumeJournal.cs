using System.Text;

namespace Divvy.Cli.Streams.Consuming;

/// <summary>A consumer's journal file. What was written stays written when the process is killed right after.
/// Thread-safe.</summary>
internal sealed class ConsumeJournal(string path) : IDisposable
{
    private readonly FileStream file = new(path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        BufferSize = 0,
    });

    private readonly Lock gate = new();

    public static double NowMs => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;

    public void Append(IEnumerable<ConsumeEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
            text.Append(entry).Append('\n');
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        lock (gate)
            file.Write(bytes);
    }

    public void Dispose() => file.Dispose();
}
