
namespace Divvy.Streams.Consuming;

/// <summary>What is done about records that the processor cannot process. A batch that failed comes again, whole; when
/// its attempts are used up its records come one by one, and the one that uses up its attempts alone is poison.
/// </summary>
public sealed class PoisonOptions
{
    /// <summary>How often records are tried before the next measure. At least 1. Default 5.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The pause after the first failure; doubles up to <see cref="MaxBackoff"/>. Default 100 ms.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause. Default 10 s.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What happens to a record whose attempts are used up. Default <see cref="PoisonAction.Retry"/>: losing
    /// records is a decision for the application.</summary>
    public PoisonAction Action { get; set; } = PoisonAction.Retry;

    /// <summary>Takes a record that is about to be skipped (a dead-letter queue). While it throws, the record is not
    /// skipped. Null: it is only reported.</summary>
    public Func<PoisonRecord, CancellationToken, ValueTask>? OnSkip { get; set; }
}
