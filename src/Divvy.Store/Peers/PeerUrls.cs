namespace Divvy.Store.Peers;

/// <summary>The URLs at which members are reached: <c>http://host:port</c> in clear, <c>https://host:port</c> with
/// TLS.</summary>
internal static class PeerUrls
{
    public static bool IsTls(Uri url) => url.Scheme == Uri.UriSchemeHttps;

    public static string? Complaint(Uri url)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return $"{url.OriginalString} is not of the form http://host:port or https://host:port";
        return url.PathAndQuery.Length > 1 ? $"{url.OriginalString} has a path; a peer URL has none" : null;
    }

    public static bool Same(IReadOnlyList<Uri> left, IReadOnlyList<Uri> right) => left.SequenceEqual(right);

    public static void Write(ref WireWriter writer, IReadOnlyList<Uri> urls)
    {
        writer.Varint((ulong)urls.Count);
        foreach (var url in urls)
            writer.Text(url.OriginalString);
    }

    public static IReadOnlyList<Uri> Read(ref WireReader reader)
    {
        var urls = new Uri[reader.Count("URLs", 1, Hello.MaxUrls)];
        foreach (ref var url in urls.AsSpan())
        {
            var text = reader.Text(Hello.MaxText);
            if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed))
                throw new InvalidDataException($"'{text}' is no URL");
            url = parsed;
        }

        return urls;
    }
}
