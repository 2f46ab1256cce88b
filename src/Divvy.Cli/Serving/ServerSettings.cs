using Divvy.Cli.Parsing;
using Divvy.Coordination.Layout;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Serving;

/// <summary>One server, as the command line describes it.</summary>
internal sealed record ServerSettings
{
    /// <summary>Where instances and routers connect, and, on the embedded store, etcd clients.</summary>
    public required ListenAddress Listen { get; init; }

    /// <summary>Where the admin API is.</summary>
    public required ListenAddress Http { get; init; }

    /// <summary>The etcd that keeps the state; null: the store in this process.</summary>
    public ServerList? Etcd { get; init; }

    /// <summary>The store in this process, if there is one.</summary>
    public StoreSettings Store { get; init; } = new();

    /// <summary>Certificates of <see cref="Listen"/>; null: in clear.</summary>
    public ClientTls? Tls { get; init; }

    /// <summary><see cref="Listen"/> as clients write it.</summary>
    public string ClientUrl => $"{(Tls is null ? "http" : "https")}://{Listen}";

    /// <summary>Names the server; null: after the machine and the port it listens on.</summary>
    public string? Id { get; init; }

    public string Prefix { get; init; } = "";

    public required TimeSpan SessionTtl { get; init; }

    public required TimeSpan ControllerTtl { get; init; }

    /// <summary>A namespace to create if it is missing, as <see cref="NamespaceConfig"/> says; null: none.</summary>
    public string? Namespace { get; init; }

    public NamespaceConfig NamespaceConfig { get; init; } = new();

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Whether to end with the process at the other end of the standard input.</summary>
    public bool IsSupervised { get; init; }
}
