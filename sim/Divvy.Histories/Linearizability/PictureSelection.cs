namespace Divvy.Histories.Linearizability;

/// <summary>Which operations of a long history a picture shows: the end of the order that was found, what could not come next,
/// and what happened around it.</summary>
internal sealed class PictureSelection
{
    private const int MostPlaced = 48;
    private const int MostOthers = 14;

    private PictureSelection(IReadOnlyList<int> shown, IReadOnlyList<int> placed, int leftOut)
    {
        Shown = shown;
        Placed = placed;
        LeftOut = leftOut;
    }

    /// <summary>Everything shown, by the instant of the call.</summary>
    public IReadOnlyList<int> Shown { get; }

    /// <summary>The end of the order: those of it that are shown.</summary>
    public IReadOnlyList<int> Placed { get; }

    /// <summary>Operations of the order before the first one shown.</summary>
    public int LeftOut { get; }

    public static PictureSelection Of<TInput, TOutput>(
        IReadOnlyList<Operation<TInput, TOutput>> history, PartitionResult part)
        where TInput : class
        where TOutput : class
    {
        var leftOut = Math.Max(0, part.Linearization.Count - MostPlaced);
        List<int> placed = [.. part.Linearization.Skip(leftOut)];
        var known = part.Linearization.Concat(part.Blocked).ToHashSet();
        var from = placed.Concat(part.Blocked).Select(position => history[position].Invoked).DefaultIfEmpty().Min();
        var others = part.Operations
            .Where(position => !known.Contains(position))
            .Where(position => history[position].Returned is null || history[position].Returned > from)
            .OrderBy(position => history[position].Invoked)
            .Take(MostOthers);
        return new PictureSelection(
            [.. placed.Concat(part.Blocked).Concat(others).OrderBy(position => history[position].Invoked)], placed, leftOut);
    }
}
