using System.Security.Cryptography.X509Certificates;
using Divvy.Rpc;

namespace Divvy.Store.Tests.Auth;

/// <summary>A call with some metadata and perhaps a certificate.</summary>
internal sealed class CallContext(X509Certificate2? certificate, params (string Name, string Value)[] metadata)
    : RpcServerContext
{
    public override string Method => "/test/Test";

    public override RpcMetadata RequestMetadata { get; } =
        new(metadata.Select(entry => KeyValuePair.Create(entry.Name, entry.Value)));

    public override string Peer => "test";

    public override X509Certificate2? ClientCertificate => certificate;

    public override TimeSpan? TimeLeft => null;

    public override CancellationToken CancellationToken => default;

    public override ValueTask WriteHeadersAsync(RpcMetadata headers) => ValueTask.CompletedTask;
}
