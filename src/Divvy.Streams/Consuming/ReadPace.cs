namespace Divvy.Streams.Consuming;

/// <summary>Decides how long the reader of one shard waits before its next read. Pure.</summary>
/// <remarks>
/// <para>A shard on which nothing comes is read less and less often, up to a limit; with the next record it is read
/// as often as ever. Most shards of a large stream are quiet most of the time, and what they cost is reads that find
/// nothing.</para>
/// <para>A read that found nothing and took long says that the service is busy, perhaps with the reads of this very
/// fleet: then the pause is a multiple of what it took. So the readers of any number of quiet shards have at most a
/// quarter of them a call under way, and whoever has something to read, or shards to list, gets an answer. Without
/// that, readers that come back at once keep a slow service slow.</para>
/// </remarks>
internal sealed class ReadPace(StreamConsumerOptions options)
{
    /// <summary>By how much the pause grows from one read that found nothing to the next.</summary>
    private const double Growth = 1.5;

    /// <summary>A read that found nothing is followed by a pause of so many times what it took.</summary>
    private const int SlowFactor = 3;

    private TimeSpan idle = options.IdleTime;

    /// <summary>The read found no record.</summary>
    /// <param name="took">From the call to its answer.</param>
    public TimeSpan Nothing(TimeSpan took)
    {
        var pause = Longer(idle, Shorter(took * SlowFactor, options.MaxReadBackoff));
        idle = Longer(options.IdleTime, Shorter(idle * Growth, options.MaxIdleTime));
        return pause;
    }

    /// <summary>The read found records.</summary>
    /// <param name="took">From its beginning.</param>
    /// <param name="goesOn">It was kept small although there may be more.</param>
    public TimeSpan Records(TimeSpan took, bool goesOn)
    {
        idle = options.IdleTime;
        return goesOn ? TimeSpan.Zero : options.ReadInterval - took;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
