namespace Divvy.Cli.Streams.Production;

/// <summary>How much to produce.</summary>
/// <param name="Batch">Records a call, at most.</param>
/// <param name="Pause">From the start of one call to that of the next.</param>
/// <param name="Count">So many records, then end; null: no limit.</param>
/// <param name="Duration">So long, then end; null: no limit.</param>
internal sealed record ProduceSettings(int Batch, TimeSpan Pause, long? Count, TimeSpan? Duration)
{
    private const int CallsPerSecond = 10;

    /// <summary>Ten calls a second that together hold a rate, or fewer when the rate is less.</summary>
    public static (int Batch, TimeSpan Pause) ForRate(int perSecond, int batch)
    {
        var size = Math.Clamp(perSecond / CallsPerSecond, 1, batch);
        return (size, TimeSpan.FromSeconds((double)size / perSecond));
    }
}
