namespace Divvy.Rpc.Protocol;

/// <summary>How a call ended, as a value.</summary>
internal sealed record RpcStatus(RpcStatusCode Code, string Detail, RpcMetadata Trailers)
{
    public static readonly RpcStatus Ok = new(RpcStatusCode.OK, "");

    public RpcStatus(RpcStatusCode code, string detail)
        : this(code, detail, RpcMetadata.Empty)
    {
    }

    /// <summary>See <see cref="RpcException.NeverSent"/>.</summary>
    public bool NeverSent { get; init; }

    /// <summary>A new exception for each throw, so that stack traces stay those of their reader.</summary>
    public RpcException ToException(Exception? inner = null) =>
        new(Code, Detail, Trailers, inner) { NeverSent = NeverSent };

    /// <summary>What a write gets after the end. OK is no error to the call, but it is to the request that came
    /// too late.</summary>
    public RpcException ToWriteException() => Code == RpcStatusCode.OK
        ? new RpcException(RpcStatusCode.Cancelled, "the server ended the call with OK before this request was sent")
        : ToException();
}
