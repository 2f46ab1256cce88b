using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Coordination.Admin;

namespace Divvy.Cli.Admin;

/// <summary><c>divvy instances</c>, and what an operator says about one: cordon, uncordon, drain.</summary>
internal static class InstanceCommand
{
    public static Command Create(AdminVerb verb) => new("instances", "Instances: who is there, and with how much.")
    {
        verb.InNamespace("list", "The instances of a namespace.", [], async (call, cancel) =>
            call.Show(await call.Client.GetAsync<IReadOnlyList<InstanceView>>(call.Path("instances"), cancel), Table)),
    };

    public static Command Cordon(AdminVerb verb) =>
        Say(verb, "cordon", "Let an instance keep its shards and give it no new ones.");

    public static Command Uncordon(AdminVerb verb) => Say(verb, "uncordon", "Take back a cordon or a drain.");

    public static Command Drain(AdminVerb verb) =>
        Say(verb, "drain", "Move the shards of an instance away and give it no new ones.");

    private static Command Say(AdminVerb verb, string word, string description)
    {
        var instance = new Argument<string>("INSTANCE") { Description = "The instance." };
        return verb.InNamespace(word, description, [instance], async (call, cancel) =>
        {
            var path = call.Path("instances", call.Parsed.GetRequiredValue(instance), word);
            var answer = await call.Client.PostAsync<InstanceView>(path, body: null, cancel);
            call.Show(answer, one => Table([one]));
        });
    }

    private static TextTable Table(IReadOnlyList<InstanceView> instances)
    {
        var table = new TextTable(
            "INSTANCE", "LIVE", "STATUS", "SHARDS", "STANDBYS", "MOVES", "CAPACITY", "ZONE", "ADDRESS", "SESSION");
        foreach (var instance in instances)
        {
            table.Add(
                instance.Id, instance.Live ? "yes" : "no", instance.Status, instance.Shards, instance.Standbys,
                instance.Moves, instance.Capacity, instance.Zone, instance.Address, instance.Session);
        }
        return table;
    }
}
