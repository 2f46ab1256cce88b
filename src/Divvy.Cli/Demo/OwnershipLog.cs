using Divvy.Client.Hosting;
using Divvy.Core.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Demo;

/// <summary>Logs ownership events one by one as long as they are few, and above that a summary a second: ten thousand
/// shards that arrive at once must not cost ten thousand lines. Thread-safe.</summary>
internal sealed class OwnershipLog : IDisposable
{
    /// <summary>Lines for single events within a second.</summary>
    public const int MaxLinesPerSecond = 50;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly ILogger logger;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, int> suppressed = new(StringComparer.Ordinal);
    private int lines;

    public OwnershipLog(ILogger logger, TimeProvider time)
    {
        this.logger = logger;
        timer = time.CreateTimer(_ => EndWindow(), null, Window, Window);
    }

    public void Write(OwnershipEvent happened)
    {
        var word = Word(happened.Event);
        lock (gate)
        {
            if (lines == MaxLinesPerSecond)
            {
                suppressed[word] = suppressed.GetValueOrDefault(word) + 1;
                return;
            }
            lines++;
        }
        logger.Ownership(happened.Session.Instance.Value, word, happened.Shard.Value, happened.Generation.Value);
    }

    public void Dispose()
    {
        timer.Dispose();
        EndWindow();
    }

    private void EndWindow()
    {
        int count;
        string summary;
        lock (gate)
        {
            count = suppressed.Values.Sum();
            summary = string.Join(", ", suppressed.Select(kind => $"{kind.Value} {kind.Key}"));
            suppressed.Clear();
            lines = 0;
        }
        if (count > 0)
            logger.MoreOwnership(count, summary);
    }

    private static string Word(JournalEvent happened) => happened switch
    {
        JournalEvent.Prepared => "prepared",
        JournalEvent.Activated => "activated",
        JournalEvent.Yielded => "yielded",
        JournalEvent.Dropped => "dropped",
        JournalEvent.LeaseLost => "lost the lease of",
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, null),
    };
}
