using System.Globalization;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams.Production;

/// <summary>Makes events, key after key in turn, with numbers that grow within each key. One user.</summary>
/// <remarks>A batch is never larger than there are keys, so that it holds each key once: records of it that the service
/// refused and that are written again then stay behind the earlier ones of their keys.</remarks>
internal sealed class EventSource(string run, int keys, Random random)
{
    private const int Users = 1000;
    private const double HighestValue = 1000;
    private static readonly string[] actions = ["view", "click", "add-to-cart", "purchase", "logout"];

    private long made;

    public IReadOnlyList<PutEntry> Next(int count, DateTimeOffset now)
    {
        var entries = new PutEntry[Math.Min(count, keys)];
        for (var at = 0; at < entries.Length; at++)
            entries[at] = Make(now);
        return entries;
    }

    private PutEntry Make(DateTimeOffset now)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"shard-key-{made % keys}");
        var produced = new ProducedEvent(
            string.Create(CultureInfo.InvariantCulture, $"{run}-{made}"),
            string.Create(CultureInfo.InvariantCulture, $"user-{random.Next(Users)}"),
            actions[random.Next(actions.Length)],
            Math.Round(random.NextDouble() * HighestValue, 2),
            now.ToUnixTimeMilliseconds(),
            new ProducedMetadata(run, key, made / keys));
        made++;
        return new PutEntry(key, produced.ToBytes());
    }
}
