using Divvy.Rpc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Divvy.Rpc.Server;

/// <summary>Writes a status into a response: as trailers after messages, or as headers of an answer that has no body
/// (Trailers-Only).</summary>
internal static class ResponseStatus
{
    public static void WriteTrailers(HttpResponse response, RpcStatus status)
    {
        response.AppendTrailer(ProtocolHeaders.Status, StatusMapping.ToHeader(status.Code));
        if (status.Detail.Length > 0)
            response.AppendTrailer(ProtocolHeaders.Message, StatusMessage.Encode(status.Detail));
        if (status.Code == RpcStatusCode.Unimplemented)
            response.AppendTrailer(ProtocolHeaders.AcceptEncoding, ProtocolHeaders.Identity);
        for (var i = 0; i < status.Trailers.Count; i++)
        {
            var (name, value) = status.Trailers[i];
            response.AppendTrailer(name, MetadataHeaders.ToWire(name, value));
        }
    }

    public static void WriteTrailersOnly(HttpResponse response, RpcStatus status)
    {
        var headers = response.Headers;
        headers[ProtocolHeaders.Status] = StatusMapping.ToHeader(status.Code);
        if (status.Detail.Length > 0)
            headers[ProtocolHeaders.Message] = StatusMessage.Encode(status.Detail);
        if (status.Code == RpcStatusCode.Unimplemented)
            headers[ProtocolHeaders.AcceptEncoding] = ProtocolHeaders.Identity;
        for (var i = 0; i < status.Trailers.Count; i++)
        {
            var (name, value) = status.Trailers[i];
            headers.Append(name, MetadataHeaders.ToWire(name, value));
        }
    }
}
