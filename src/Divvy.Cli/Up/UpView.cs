using System.Globalization;
using Divvy.Coordination.Admin;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Divvy.Cli.Up;

/// <summary>What a terminal shows of a running <c>divvy up</c>.</summary>
internal static class UpView
{
    /// <summary>Events shown.</summary>
    public const int Events = 8;

    public static IRenderable Render(
        NamespaceView space,
        IReadOnlyList<StoreMemberRow> members,
        IReadOnlyList<InstanceView> instances,
        IReadOnlyList<EventView> events,
        IReadOnlyList<string> hints) => new Rows(
        new Markup(
            $"[bold]{Markup.Escape(space.Name)}[/]  {space.ShardsOwned} of {space.Shards} shards owned, "
            + $"{space.ShardsMoving} moving, led by {Markup.Escape(space.Leader ?? "nobody")}"),
        Members(members),
        Instances(instances),
        History(events),
        new Rows(hints.Select(hint => new Text(hint, new Style(Color.Grey)))));

    private static IRenderable Members(IReadOnlyList<StoreMemberRow> members)
    {
        if (members.Count == 0)
            return new Text("");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("store", "role", "revision", "address");
        foreach (var member in members)
        {
            table.AddRow(
                Cell(member.Name),
                Cell(member.Role),
                Cell(member.Revision?.ToString(CultureInfo.InvariantCulture) ?? ""),
                Cell(member.Address));
        }
        return table;
    }

    private static Table Instances(IReadOnlyList<InstanceView> instances)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("instance", "status", "shards", "standbys", "moves", "requests/s", "address");
        foreach (var instance in instances)
        {
            table.AddRow(
                Cell(instance.Id),
                Cell(instance.Live ? instance.Status : "gone"),
                Cell(instance.Shards),
                Cell(instance.Standbys),
                Cell(instance.Moves),
                Cell(instance.RequestsPerSecond is { } rate ? rate.ToString("0", CultureInfo.InvariantCulture) : ""),
                Cell(instance.Address ?? ""));
        }
        return table;
    }

    private static Table History(IReadOnlyList<EventView> events)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("time (UTC)", "what", "shard", "generation", "from", "to", "why");
        foreach (var happened in events.TakeLast(Events))
        {
            table.AddRow(
                Cell(happened.Time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)),
                Cell(happened.Kind),
                Cell(happened.Shard),
                Cell(happened.Generation),
                Cell(happened.From ?? ""),
                Cell(happened.To ?? ""),
                Cell(happened.Reason));
        }
        return table;
    }

    private static string Cell(object value) =>
        Markup.Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
}
