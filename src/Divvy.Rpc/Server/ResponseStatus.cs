using Divvy.Rpc.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Divvy.Rpc.Server;

/// <summary>Writes a status into a response: as trailers after messages, or as headers of an answer that has no body
/// (Trailers-Only).</summary>
internal static class ResponseStatus
{
    private static readonly StringValues ok = StatusMapping.ToHeader(RpcStatusCode.OK);

    /// <summary>The trailers are filled in place: Kestrel refuses a dictionary that is not its own.</summary>
    public static void WriteTrailers(IFeatureCollection features, RpcStatus status) =>
        Write(features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, status);

    public static void WriteTrailersOnly(IFeatureCollection features, RpcStatus status) =>
        Write(features.GetRequiredFeature<IHttpResponseFeature>().Headers, status);

    private static void Write(IHeaderDictionary headers, RpcStatus status)
    {
        if (ReferenceEquals(status, RpcStatus.Ok))
        {
            headers.GrpcStatus = ok;
            return;
        }

        headers.GrpcStatus = StatusMapping.ToHeader(status.Code);
        if (status.Detail.Length > 0)
            headers.GrpcMessage = StatusMessage.Encode(status.Detail);
        if (status.Code == RpcStatusCode.Unimplemented)
            headers.GrpcAcceptEncoding = ProtocolHeaders.Identity;
        for (var i = 0; i < status.Trailers.Count; i++)
        {
            var (name, value) = status.Trailers[i];
            headers.Append(name, MetadataHeaders.ToWire(name, value));
        }
    }
}
