namespace Divvy.Coordination.Admin;

/// <summary>This server.</summary>
public sealed record ServerView
{
    public required string Id { get; init; }

    public required string Version { get; init; }

    /// <summary>The store's endpoints.</summary>
    public required IReadOnlyList<string> Store { get; init; }

    /// <summary>The revision of the store up to which this server has read.</summary>
    public required long Revision { get; init; }

    /// <summary>Session streams it carries.</summary>
    public required int Sessions { get; init; }

    /// <summary>Routing streams it carries.</summary>
    public required int Routers { get; init; }

    public required IReadOnlyList<ServerNamespaceView> Namespaces { get; init; }
}
