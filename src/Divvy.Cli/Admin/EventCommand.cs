using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Coordination.Admin;

namespace Divvy.Cli.Admin;

/// <summary><c>divvy events</c>.</summary>
internal static class EventCommand
{
    public static Command Create(AdminVerb verb)
    {
        var after = new Option<long?>("--after") { Description = "Only what followed this number.", HelpName = "N" };
        var limit = new Option<int?>("--limit") { Description = "At most so many.", HelpName = "N" };
        return verb.InNamespace("events", "What moved, when and why.", [after, limit], async (call, cancel) =>
        {
            List<string> query = [];
            if (call.Parsed.GetValue(after) is { } first)
                query.Add(string.Create(CultureInfo.InvariantCulture, $"after={first}"));
            if (call.Parsed.GetValue(limit) is { } most)
                query.Add(string.Create(CultureInfo.InvariantCulture, $"limit={most}"));
            var path = query.Count == 0 ? call.Path("events") : $"{call.Path("events")}?{string.Join('&', query)}";
            call.Show(await call.Client.GetAsync<EventPage>(path, cancel), Table);
        });
    }

    private static TextTable Table(EventPage page)
    {
        var table = new TextTable("NUMBER", "TIME", "KIND", "SHARD", "GENERATION", "FROM", "TO", "REASON");
        foreach (var happened in page.Events)
        {
            table.Add(
                happened.Sequence,
                happened.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                happened.Kind, happened.Shard, happened.Generation, happened.From, happened.To, happened.Reason);
        }
        return table;
    }
}
