namespace Divvy.Cli.Journals;

/// <summary>Two sessions held one shard from <paramref name="From"/> until <paramref name="To"/> at least.</summary>
internal sealed record Overlap(Hold First, Hold Second, long From, long To);

/// <summary>The second hold follows the first by time and not by generation.</summary>
internal sealed record GenerationFault(Hold First, Hold Second);

/// <summary>Nobody held the shard between the end of one hold and the start of the next.</summary>
internal sealed record OwnershipGap(string Shard, string From, string To, long Start, long End)
{
    public long Nanoseconds => End - Start;
}
