namespace Divvy.Simulation.World;

/// <summary>
/// All that happened in a run, in order. Two runs of one seed are the same run exactly if their hashes are equal, so
/// everything that could differ belongs in it; the lines themselves are kept only when somebody wants to read them.
/// </summary>
internal sealed class EventTrace(Func<TimeSpan> now, bool keep)
{
    private const ulong Prime = 1099511628211;

    private readonly List<TraceLine> lines = [];

    /// <summary>FNV-1a over all that was added.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    public long Count { get; private set; }

    /// <summary>Whether lines are kept: texts that cost much to make may be left out of a run that keeps
    /// none.</summary>
    public bool Keeps => keep;

    public IReadOnlyList<TraceLine> Lines => lines;

    public void Add(TraceKind kind, string actor, string text)
    {
        Mix(kind, actor);
        foreach (var letter in text)
            Hash = (Hash ^ letter) * Prime;
        if (keep)
            lines.Add(new TraceLine(now(), kind, actor, text));
    }

    /// <summary>Adds what only a reader needs the text of.</summary>
    /// <param name="kind">What it is about.</param>
    /// <param name="actor">Whose doing it is.</param>
    /// <param name="value">Stands for the text in the hash.</param>
    /// <param name="text">Made only if it is kept.</param>
    public void Add(TraceKind kind, string actor, long value, Func<string> text)
    {
        Mix(kind, actor);
        Hash = (Hash ^ (ulong)value) * Prime;
        if (keep)
            lines.Add(new TraceLine(now(), kind, actor, text()));
    }

    private void Mix(TraceKind kind, string actor)
    {
        Count++;
        Hash = (Hash ^ (ulong)now().Ticks) * Prime;
        Hash = (Hash ^ (ulong)kind) * Prime;
        foreach (var letter in actor)
            Hash = (Hash ^ letter) * Prime;
    }
}
