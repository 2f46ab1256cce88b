namespace Divvy.Rpc;

/// <summary>A call that ended with a status other than <see cref="RpcStatusCode.OK"/>. A handler throws it to answer
/// with that status; a client gets it from whatever part of the call it was waiting for.</summary>
public sealed class RpcException : Exception
{
    public RpcException(RpcStatusCode code, string detail, RpcMetadata? trailers = null, Exception? inner = null)
        : base($"{code}: {detail}", inner)
    {
        Code = code;
        Detail = detail;
        Trailers = trailers ?? RpcMetadata.Empty;
    }

    public RpcStatusCode Code { get; }

    /// <summary>The status message as it goes over the wire, without the code.</summary>
    public string Detail { get; }

    /// <summary>The request certainly reached no handler (no connection was made, or the server refused the stream
    /// unseen), so that even a call that must not be done twice may be tried again.</summary>
    public bool NeverSent { get; init; }

    /// <summary>Metadata that came (client) or goes (server) with the status.</summary>
    public RpcMetadata Trailers { get; }
}
