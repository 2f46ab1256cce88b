namespace Divvy.Client.AspNetCore;

/// <summary>Headers that belong to one connection and are not passed on (RFC 9110, 7.6.1).</summary>
internal static class HopByHopHeaders
{
    private static readonly HashSet<string> Always = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade",
    };

    /// <summary>Whether a header stays; <paramref name="connection"/> is the message's Connection header, whose options
    /// name further ones.</summary>
    public static bool Contains(string name, string? connection) =>
        Always.Contains(name)
        || (connection is not null && connection
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Contains(name, StringComparer.OrdinalIgnoreCase));
}
