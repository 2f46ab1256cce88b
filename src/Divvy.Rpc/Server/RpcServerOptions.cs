namespace Divvy.Rpc.Server;

/// <summary>Limits of the gRPC endpoint of a server.</summary>
public sealed class RpcServerOptions
{
    /// <summary>Largest request in bytes; a larger one ends its call with
    /// <see cref="RpcStatusCode.ResourceExhausted"/>. Default 4 MiB, as in every gRPC implementation.</summary>
    public int MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>The clock of deadlines; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
