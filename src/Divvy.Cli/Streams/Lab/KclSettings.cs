namespace Divvy.Cli.Streams.Lab;

/// <summary>How <c>divvy lab kcl</c> runs.</summary>
internal sealed record KclSettings
{
    public const string Stream = "divvy-experiment";
    public const string Application = "divvy-kcl-consumer";

    /// <summary>As <c>--lease-store</c> says.</summary>
    public required string LeaseStore { get; init; }

    /// <summary>Where logs, journals and reports go.</summary>
    public required string Folder { get; init; }

    public int Shards { get; init; } = 20;

    public int Splits { get; init; } = 10;

    public int RecordsPerSecond { get; init; } = 2_000;

    public int Keys { get; init; } = 200;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Leases of the scenario of many.</summary>
    public int ManyShards { get; init; } = 500;

    /// <summary>The longest pause between reads of a quiet shard, where there are many: each read makes the emulator
    /// read the description of the whole stream, more than 2 ms for 500 shards.</summary>
    public TimeSpan ManyMaxIdle { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Names of the scenarios to run; empty: all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public bool UsesTable => LeaseStore == Leases.LeaseOptions.Table;

    /// <summary>What the store promises for 30 leases on 3 to 5 workers.</summary>
    public TimeSpan BalanceLimit => TimeSpan.FromSeconds(UsesTable ? 10 : 2);

    /// <summary>What it promises for 500 leases on 10 to 15.</summary>
    public TimeSpan ManyLimit => TimeSpan.FromSeconds(UsesTable ? 30 : 5);
}
