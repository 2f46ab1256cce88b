using Divvy.Cli.Parsing;

namespace Divvy.Cli.Up;

/// <summary>What <c>divvy up</c> was asked for.</summary>
internal sealed record UpSettings
{
    public const string Namespace = "default";

    public required int Shards { get; init; }

    public required int Instances { get; init; }

    public ServerList? Etcd { get; init; }

    /// <summary>Where journals and logs go.</summary>
    public required string Folder { get; init; }

    public required ListenAddress Listen { get; init; }

    public required ListenAddress Http { get; init; }
}
