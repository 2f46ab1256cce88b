namespace Divvy.Cli.Parsing;

/// <summary>Where members of the store reach each other: <c>http://HOST:PORT</c> or <c>https://HOST:PORT</c>.</summary>
internal readonly record struct PeerUrl(Uri Url)
{
    /// <summary>Scheme, host and port alone: members compare these texts.</summary>
    public string Text => Url.GetLeftPart(UriPartial.Authority);

    public static bool TryParse(string text, out PeerUrl url, out string error)
    {
        url = default;
        error = $"'{text}' is not a peer URL: write http://HOST:PORT, or https://HOST:PORT with certificates.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https")
            || parsed.Host.Length == 0 || parsed.IsDefaultPort || parsed.PathAndQuery != "/")
            return false;
        url = new PeerUrl(new Uri(parsed.GetLeftPart(UriPartial.Authority)));
        return true;
    }

    /// <summary>Several, separated by commas.</summary>
    public static bool TryParseAll(string text, out IReadOnlyList<PeerUrl>? urls, out string error)
    {
        var all = new List<PeerUrl>();
        urls = null;
        error = $"'{text}' names no peer URL.";
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParse(part, out var url, out error))
                return false;
            all.Add(url);
        }

        urls = all;
        return all.Count > 0;
    }

    public override string ToString() => Text;
}
