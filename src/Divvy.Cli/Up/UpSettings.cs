using Divvy.Cli.Parsing;

namespace Divvy.Cli.Up;

/// <summary>What <c>divvy up</c> was asked for.</summary>
internal sealed record UpSettings
{
    public const string Namespace = "default";

    public required int Shards { get; init; }

    public required int Instances { get; init; }

    public ServerList? Etcd { get; init; }

    /// <summary>Servers; more than one keep the embedded store together.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Where journals and logs go, and the state.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether the folder was asked for, so that one server keeps its state there as well.</summary>
    public bool KeepsState { get; init; }

    public required ListenAddress Listen { get; init; }

    public required ListenAddress Http { get; init; }
}
