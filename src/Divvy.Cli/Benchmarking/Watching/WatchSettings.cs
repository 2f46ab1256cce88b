namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>A watch load.</summary>
internal sealed record WatchSettings
{
    public required int Streams { get; init; }

    public required int WatchersPerStream { get; init; }

    /// <summary>The watched keys; watchers and puts take them in turn.</summary>
    public required IReadOnlyList<byte[]> Keys { get; init; }

    public required int Puts { get; init; }

    /// <summary>Puts a second at most; 0: as fast as they go.</summary>
    public required int PutRate { get; init; }

    public required int ValueSize { get; init; }

    /// <summary>Whether events bring the value from before.</summary>
    public bool WantsPrevious { get; init; }
}
