using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Coordination.Admin;

namespace Divvy.Cli.Admin;

/// <summary><c>divvy ns</c>.</summary>
internal static class NamespaceCommand
{
    public static Command Create(AdminVerb verb)
    {
        var command = new Command("ns", "Namespaces: each is one sharded service.")
        {
            List(verb), Show(verb), New(verb), Change(verb), Delete(verb),
        };
        command.Aliases.Add("namespace");
        return command;
    }

    private static Command List(AdminVerb verb) => verb.Global("list", "Every namespace.", [], async (call, cancel) =>
        call.Show(await call.Client.GetAsync<IReadOnlyList<NamespaceView>>("namespaces", cancel), Table));

    private static Command Show(AdminVerb verb)
    {
        var name = Name();
        return verb.Global("show", "One namespace.", [name], async (call, cancel) =>
            call.Show(await call.Client.GetAsync<NamespaceView>(Path(call, name), cancel), Details));
    }

    private static Command New(AdminVerb verb)
    {
        var name = Name();
        var options = new NamespaceOptions();
        return verb.Global("create", "Create a namespace.", [name, .. options.ForCreation], async (call, cancel) =>
        {
            var body = options.Creation(call.Parsed.GetRequiredValue(name), call.Parsed);
            call.Show(await call.Client.PostAsync<NamespaceView>("namespaces", body, cancel), Details);
        });
    }

    private static Command Change(AdminVerb verb)
    {
        var name = Name();
        var options = new NamespaceOptions();
        return verb.Global(
            "change",
            "Change a namespace; what is not said stays.",
            [name, .. options.ForChange],
            async (call, cancel) =>
            {
                var body = options.Change(call.Parsed);
                call.Show(await call.Client.PatchAsync<NamespaceView>(Path(call, name), body, cancel), Details);
            });
    }

    private static Command Delete(AdminVerb verb)
    {
        var name = Name();
        return verb.Global(
            "delete", "Close the shards of a namespace, then remove it.", [name], async (call, cancel) =>
                call.Show(await call.Client.DeleteAsync<NamespaceView>(Path(call, name), cancel), Details));
    }

    private static Argument<string> Name() => new("NAME") { Description = "The namespace." };

    private static string Path(AdminCall call, Argument<string> name) =>
        $"namespaces/{Uri.EscapeDataString(call.Parsed.GetRequiredValue(name))}";

    private static TextTable Table(IReadOnlyList<NamespaceView> spaces)
    {
        var table = new TextTable(
            "NAMESPACE", "LAYOUT", "MODE", "STRATEGY", "SHARDS", "OWNED", "MOVING", "INSTANCES", "LEADER");
        foreach (var space in spaces)
        {
            table.Add(
                space.Name, space.Layout, space.Mode, space.Strategy, space.Shards, space.ShardsOwned,
                space.ShardsMoving, space.Instances, space.Leader);
        }
        return table;
    }

    private static TextTable Details(NamespaceView space) => new TextTable("SETTING", "VALUE")
        .Add("name", space.Name)
        .Add("layout", space.Layout)
        .Add("mode", space.Mode)
        .Add("strategy", space.Strategy)
        .Add("shards", Text(space.Shards))
        .Add("standbys", Text(space.Standbys))
        .Add("session ttl", Time(space.SessionTtlMs))
        .Add("moves in flight, at most", Text(space.MaxMovesInFlight))
        .Add("of those an instance", Text(space.MaxMovesPerInstance))
        .Add("prepare timeout", Time(space.PrepareTimeoutMs))
        .Add("yield timeout", Time(space.YieldTimeoutMs))
        .Add("leader", space.Leader)
        .Add("instances", Text(space.Instances))
        .Add("shards owned", Text(space.ShardsOwned))
        .Add("shards moving", Text(space.ShardsMoving))
        .Add("being deleted", space.Deleting ? "yes" : "no");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(long milliseconds) => new Duration(TimeSpan.FromMilliseconds(milliseconds)).ToString();
}
