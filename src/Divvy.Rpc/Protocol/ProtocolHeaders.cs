namespace Divvy.Rpc.Protocol;

/// <summary>The header names and values of the protocol (grpc/doc/PROTOCOL-HTTP2.md).</summary>
internal static class ProtocolHeaders
{
    public const string ContentType = "application/grpc";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Identity = "identity";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string UserAgent = "grpc-dotnet-divvy/0.1";

    /// <summary>True for <c>application/grpc</c> and <c>application/grpc+proto</c>, with or without parameters.
    /// Other codecs (<c>+json</c>) and grpc-web are other protocols.</summary>
    public static bool IsGrpc(string? contentType)
    {
        if (contentType is null || !contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = contentType.AsSpan(ContentType.Length);
        if (rest.StartsWith("+proto", StringComparison.OrdinalIgnoreCase))
            rest = rest["+proto".Length..];
        rest = rest.TrimStart(' ');
        return rest.IsEmpty || rest[0] == ';';
    }
}
