namespace Divvy.Cli.Lab;

/// <summary>How the lab runs.</summary>
internal sealed record LabSettings
{
    /// <summary>Endpoints of an etcd; null: the embedded store.</summary>
    public string? Etcd { get; init; }

    /// <summary>Members of the embedded store, each with a data folder and in a server of its own; 0: one in
    /// memory.</summary>
    public int Nodes { get; init; }

    public int Instances { get; init; } = 10;

    public int Shards { get; init; } = 1_000;

    /// <summary>Requests per second while shards are moved on purpose.</summary>
    public int RequestsPerSecond { get; init; } = 2_000;

    /// <summary>Instances and shards of the first assignment.</summary>
    public int ManyInstances { get; init; } = 100;

    public int ManyShards { get; init; } = 10_000;

    public TimeSpan SessionTtl { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan ControllerTtl { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Random rounds after the scenarios.</summary>
    public int Rounds { get; init; } = 5;

    public int Seed { get; init; } = 1;

    /// <summary>Names of the scenarios to run; empty: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public required string Folder { get; init; }
}
