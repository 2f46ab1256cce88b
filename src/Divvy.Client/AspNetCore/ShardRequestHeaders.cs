using System.Globalization;
using Divvy.Client.Http;
using Divvy.Core.Identity;
using Microsoft.AspNetCore.Http;

namespace Divvy.Client.AspNetCore;

/// <summary>What a request says in its headers.</summary>
/// <param name="Shard">Null: it names none.</param>
/// <param name="Namespace">Null: it names none, and means whoever it reaches.</param>
/// <param name="Generation">0: it knows none.</param>
/// <param name="Revision">0: it knows none.</param>
/// <param name="Forwarded">An instance sent it on.</param>
/// <param name="Within">The shards whose handlers it was sent from.</param>
internal sealed record ShardRequestHeaders(
    ShardId? Shard, string? Namespace, Generation Generation, Revision Revision, bool Forwarded, string? Within)
{
    /// <summary>False: a number is none; <paramref name="error"/> says which.</summary>
    public static bool TryRead(IHeaderDictionary headers, out ShardRequestHeaders read, out string error)
    {
        var shard = Text(headers, ShardHeaders.Shard);
        var valid = TryNumber(headers, ShardHeaders.Generation, out var generation, out error)
            & TryNumber(headers, ShardHeaders.Revision, out var revision, out var second);
        error = error.Length > 0 ? error : second;
        read = new ShardRequestHeaders(
            shard is null ? null : new ShardId(shard),
            Text(headers, ShardHeaders.Namespace),
            new Generation(generation),
            new Revision(revision),
            Text(headers, ShardHeaders.Forwarded) == "1",
            Text(headers, ShardHeaders.Within));
        return valid;
    }

    private static string? Text(IHeaderDictionary headers, string name) =>
        headers[name].FirstOrDefault() is { Length: > 0 } text ? text : null;

    private static bool TryNumber(IHeaderDictionary headers, string name, out long number, out string error)
    {
        number = 0;
        var valid = Text(headers, name) is not { } text
            || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        error = valid ? "" : $"{name} is not a number";
        return valid;
    }
}
