namespace Divvy.Cli.Parsing;

/// <summary>Addresses of servers as they are typed: separated by commas, with or without <c>http://</c>.</summary>
internal sealed record ServerList(IReadOnlyList<Uri> Servers)
{
    public static bool TryParse(string text, out ServerList? list, out string error)
    {
        list = null;
        error = $"'{text}' is not a list of addresses: write HOST:PORT or http://HOST:PORT, separated by commas.";
        var servers = new List<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var address = part.Contains("://", StringComparison.Ordinal) ? part : $"http://{part}";
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https")
                || uri.Host.Length == 0
                || !HasPort(part, uri))
                return false;
            servers.Add(uri);
        }
        if (servers.Count == 0)
            return false;
        list = new ServerList(servers);
        return true;
    }

    public override string ToString() => string.Join(',', Servers.Select(uri => uri.GetLeftPart(UriPartial.Authority)));

    // A bare host name is more likely a forgotten port than a server on port 80.
    private static bool HasPort(string part, Uri uri) =>
        !uri.IsDefaultPort || part.Contains("://", StringComparison.Ordinal);
}
