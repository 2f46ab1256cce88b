namespace Divvy.TestKit.Etcd;

/// <summary>How a test's etcd runs.</summary>
public sealed record EtcdProcessOptions
{
    public static readonly EtcdProcessOptions Default = new();

    /// <summary>PEM files of the server's certificate and key; with them the client port speaks TLS.</summary>
    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    /// <summary>PEM file of the authority that client certificates must come from; with it they are required.</summary>
    public string? TrustedCaFile { get; init; }

    /// <summary>More flags, for example <c>--auth-token-ttl=1</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>How long a start may take.</summary>
    public TimeSpan ReadyTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
