namespace Divvy.Coordination.Admin;

/// <summary>An instance that lives, or one that does not and about which an operator said something.</summary>
public sealed record InstanceView
{
    public required string Id { get; init; }

    public required bool Live { get; init; }

    /// <summary><c>active</c>, <c>cordoned</c> or <c>draining</c>: its own word and the operator's, the stricter of the
    /// two.</summary>
    public required string Status { get; init; }

    /// <summary>The session in hex, as etcdctl prints leases.</summary>
    public string? Session { get; init; }

    public string? Address { get; init; }

    public string? Zone { get; init; }

    public double Capacity { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The server that took its registration.</summary>
    public string? RegisteredBy { get; init; }

    /// <summary>Shards it owns.</summary>
    public int Shards { get; init; }

    /// <summary>Shards it is a standby of.</summary>
    public int Standbys { get; init; }

    /// <summary>Moves it takes part in, as source or destination.</summary>
    public int Moves { get; init; }

    /// <summary>As it reported to this server; null: its stream is at another.</summary>
    public double? RequestsPerSecond { get; init; }
}
