using Divvy.Store;

namespace Divvy.Cli.Parsing;

/// <summary>The members of a new cluster as they are typed: <c>n1=http://HOST:PORT,n2=...</c>, as etcd's
/// <c>--initial-cluster</c>. A name may come twice, with another URL each time.</summary>
internal sealed record PeerList(IReadOnlyList<InitialMember> Members)
{
    public static bool TryParse(string text, out PeerList? list, out string error)
    {
        list = null;
        error = $"'{text}' is not a list of members: write NAME=http://HOST:PORT, separated by commas.";
        var urls = new List<(string Name, string Url)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !PeerUrl.TryParse(part[(equals + 1)..], out var url, out _))
                return false;
            urls.Add((part[..equals], url.Text));
        }

        if (urls.Count == 0)
            return false;
        if (urls.GroupBy(one => one.Url).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            error = $"'{text}' has {twice.Key} twice: each member listens at a URL of its own.";
            return false;
        }

        list = new PeerList(
        [
            .. urls.GroupBy(one => one.Name, one => one.Url)
                .Select(member => new InitialMember(member.Key, [.. member])),
        ]);
        return true;
    }

    public override string ToString() => string.Join(
        ',', Members.SelectMany(member => member.PeerUrls.Select(url => $"{member.Name}={url}")));
}
