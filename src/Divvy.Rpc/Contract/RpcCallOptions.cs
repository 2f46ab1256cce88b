namespace Divvy.Rpc;

/// <summary>What a caller says about one call.</summary>
public sealed record RpcCallOptions
{
    public static readonly RpcCallOptions Default = new();

    /// <summary>Time left for the whole call, sent as <c>grpc-timeout</c> and enforced here as well; null: no
    /// limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Metadata sent with the call.</summary>
    public RpcMetadata Metadata { get; init; } = RpcMetadata.Empty;
}
