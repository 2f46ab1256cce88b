using System.Security.Cryptography.X509Certificates;
using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Channels;

/// <summary>How connections are made.</summary>
internal sealed record ChannelOptions
{
    /// <summary>How long connecting, TLS and the server's first settings may take together.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Authorities a server's certificate must come from; null: those of the machine.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate to show to servers that ask for one.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Headers of every call.</summary>
    public IReadOnlyList<HeaderField> Metadata { get; init; } = [];
}
