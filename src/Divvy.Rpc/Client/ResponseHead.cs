using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Divvy.Rpc.Protocol;

namespace Divvy.Rpc.Client;

/// <summary>Reads statuses and metadata out of the headers and trailers of a response.</summary>
internal static class ResponseHead
{
    /// <summary>The status if the response is the whole answer: Trailers-Only, or no gRPC at all.</summary>
    public static RpcStatus? StatusOf(HttpResponseMessage response)
    {
        if (Find(response.Headers, ProtocolHeaders.Status) is { } code)
            return Read(code, response.Headers);
        var contentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values)
            ? values.ToString()
            : null;
        if (response.StatusCode == HttpStatusCode.OK && ProtocolHeaders.IsGrpc(contentType))
            return null;
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        return new RpcStatus(
            StatusMapping.FromHttpStatus(response.StatusCode),
            $"not a gRPC answer: HTTP status {status}, content type '{contentType ?? "none"}'");
    }

    /// <summary>The status behind the last message.</summary>
    public static RpcStatus StatusOfTrailers(HttpResponseMessage response) =>
        Find(response.TrailingHeaders, ProtocolHeaders.Status) is { } code
            ? Read(code, response.TrailingHeaders)
            : new RpcStatus(RpcStatusCode.Unknown, "the answer ended without a grpc-status");

    public static RpcMetadata MetadataOf(HttpHeaders headers)
    {
        List<KeyValuePair<string, string>>? entries = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (MetadataHeaders.IsReserved(name))
                continue;
            entries ??= [];
            foreach (var value in values)
                MetadataHeaders.AddFromWire(entries, name, value);
        }

        return entries is null ? RpcMetadata.Empty : new RpcMetadata(entries);
    }

    public static string? Find(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static RpcStatus Read(string code, HttpHeaders headers)
    {
        var parsed = StatusMapping.FromHeader(code);
        var detail = StatusMessage.Decode(Find(headers, ProtocolHeaders.Message) ?? "");
        var metadata = MetadataOf(headers);
        return parsed == RpcStatusCode.OK && detail.Length == 0 && metadata.Count == 0
            ? RpcStatus.Ok
            : new RpcStatus(parsed, detail, metadata);
    }
}
