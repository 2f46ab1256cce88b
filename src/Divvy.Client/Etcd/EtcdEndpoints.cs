namespace Divvy.Client.Etcd;

/// <summary>Reads lists of endpoints as people write them: <c>http://10.0.0.1:2379,10.0.0.2,https://[::1]:2379</c>.
/// </summary>
public static class EtcdEndpoints
{
    public const int DefaultPort = 2379;

    /// <summary>Parses a comma-separated list. Without a scheme it is http, without a port 2379.
    /// <exception cref="FormatException">Names the entry that is wrong, and how.</exception></summary>
    public static IReadOnlyList<Uri> Parse(string list)
    {
        var entries = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (entries.Length == 0)
            throw new FormatException("no etcd endpoint is given; expected, for example, http://127.0.0.1:2379");
        return [.. entries.Select(ParseOne).Distinct()];
    }

    private static Uri ParseOne(string entry)
    {
        var hasScheme = entry.Contains("://", StringComparison.Ordinal);
        var url = hasScheme ? entry : $"http://{entry}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw Wrong(entry, "it is not host:port or a URL");
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            throw Wrong(entry, $"its scheme is {uri.Scheme}, only http and https are known");
        if (uri.PathAndQuery != "/" || uri.Fragment.Length > 0)
            throw Wrong(entry, "it has a path or a query");
        if (uri.UserInfo.Length > 0)
            throw Wrong(entry, "it has a user in it; give user and password as options");
        var authority = entry[(hasScheme ? entry.IndexOf("://", StringComparison.Ordinal) + 3 : 0)..].TrimEnd('/');
        var hasPort = authority.LastIndexOf(':') > authority.LastIndexOf(']');
        return hasPort ? uri : new UriBuilder(uri) { Port = DefaultPort }.Uri;
    }

    private static FormatException Wrong(string entry, string why) =>
        new($"'{entry}' is not an etcd endpoint: {why}; expected, for example, http://127.0.0.1:2379");
}
