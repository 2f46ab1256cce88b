using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Output;

namespace Divvy.Cli.Benchmarking;

/// <summary>What all benchmarks have in common.</summary>
internal sealed record BenchSettings
{
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Connection i leads to endpoint i mod n.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Client j uses connection j mod <see cref="Connections"/>.</summary>
    public int Clients { get; init; } = 1;

    /// <summary>All digits instead of four after the point.</summary>
    public bool IsPrecise { get; init; }

    /// <summary>Report second by second.</summary>
    public bool KeepsSeconds { get; init; }

    /// <summary>Connect to the leader only.</summary>
    public bool TargetsLeader { get; init; }

    /// <summary>NAME:PASSWORD, or null.</summary>
    public string? User { get; init; }

    public ChannelOptions Channels { get; init; } = new();

    public OutputFormat Format { get; init; } = OutputFormat.Table;
}
