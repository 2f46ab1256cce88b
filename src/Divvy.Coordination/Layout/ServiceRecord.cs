namespace Divvy.Coordination.Layout;

/// <summary>The value of a session key: an instance that lives as long as the key's lease.</summary>
public sealed record ServiceRecord
{
    /// <summary>Base URL where peers and callers reach the instance; empty: nobody calls it.</summary>
    public required string Address { get; init; }

    public string Zone { get; init; } = "";

    /// <summary>Relative weight, above 0.</summary>
    public double Capacity { get; init; } = 1;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public ServiceStatus Status { get; init; }

    /// <summary>The session in hex, as etcdctl prints leases. For people: the key's lease is what counts.</summary>
    public string Session { get; init; } = "";

    /// <summary>Names the process and its attempt to register: the same nonce gets the same session (R2).</summary>
    public string Nonce { get; init; } = "";

    /// <summary>The server that took the registration.</summary>
    public string RegisteredBy { get; init; } = "";
}
