using System.Collections.Immutable;

namespace Divvy.Core.Assignment;

/// <summary>What became due: steps to commit (one that fails is proposed again while its phase lasts) and waits to
/// report.</summary>
public sealed record MoveDeadlinesReady(ImmutableArray<RecordStep> Steps, ImmutableArray<MoveWait> Waits)
{
    public static readonly MoveDeadlinesReady Nothing = new([], []);
}
