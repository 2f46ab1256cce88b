namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>What is compared, and how thoroughly.</summary>
internal sealed record ComparisonSettings
{
    public required Contender Baseline { get; init; }

    public required Contender Candidate { get; init; }

    public required IReadOnlyList<ComparisonCell> Cells { get; init; }

    /// <summary>Runs of each cell against each contender.</summary>
    public required int Repetitions { get; init; }

    /// <summary>Divides the number of operations of each run.</summary>
    public int Shorter { get; init; } = 1;

    /// <summary>Puts before the first run, so that code is compiled and files have their size.</summary>
    public int WarmUpPuts { get; init; } = 80_000;

    /// <summary>Puts before each run of a range cell.</summary>
    public int BurstPuts { get; init; } = 20_000;

    /// <summary>What etcd does alone on this machine in the cell put/1/100x10, a second.</summary>
    public required int IdleRate { get; init; }

    /// <summary>Holds the members' data; its disk is part of what is measured.</summary>
    public required string Folder { get; init; }
}
