using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Coordination.Admin;

namespace Divvy.Cli.Admin;

/// <summary><c>divvy shards</c>, and what is done to one shard: move, pin, unpin.</summary>
internal static class ShardCommand
{
    public static Command Create(AdminVerb verb) => new("shards", "Shards: who owns what, and why.")
    {
        List(verb), Show(verb),
    };

    public static Command Move(AdminVerb verb)
    {
        var (shard, to) = (Shard(), To());
        return verb.InNamespace("move", "Move a shard to an instance.", [shard, to], async (call, cancel) =>
            Print(call, await call.Client.PostAsync<ShardView>(
                call.Path("shards", call.Parsed.GetRequiredValue(shard), "move"),
                new MoveRequest(call.Parsed.GetValue(to)),
                cancel)));
    }

    public static Command Pin(AdminVerb verb)
    {
        var (shard, to) = (Shard(), To());
        const string Description = "Move a shard to an instance and keep it there.";
        return verb.InNamespace("pin", Description, [shard, to], async (call, cancel) =>
            Print(call, await call.Client.PostAsync<ShardView>(
                call.Path("shards", call.Parsed.GetRequiredValue(shard), "pin"),
                new PinRequest(call.Parsed.GetValue(to)),
                cancel)));
    }

    public static Command Unpin(AdminVerb verb)
    {
        var shard = Shard();
        return verb.InNamespace("unpin", "Take back a pin.", [shard], async (call, cancel) =>
            Print(call, await call.Client.PostAsync<ShardView>(
                call.Path("shards", call.Parsed.GetRequiredValue(shard), "unpin"), body: null, cancel)));
    }

    private static Command List(AdminVerb verb)
    {
        var instance = new Option<string?>("--instance") { Description = "Only those of this one.", HelpName = "ID" };
        return verb.InNamespace("list", "The shards of a namespace.", [instance], async (call, cancel) =>
        {
            var query = call.Parsed.GetValue(instance) is { } id ? $"?instance={Uri.EscapeDataString(id)}" : "";
            var shards = await call.Client.GetAsync<IReadOnlyList<ShardView>>(call.Path("shards") + query, cancel);
            call.Show(shards, Table);
        });
    }

    private static Command Show(AdminVerb verb)
    {
        var shard = Shard();
        return verb.InNamespace("show", "One shard.", [shard], async (call, cancel) => Print(
            call,
            await call.Client.GetAsync<ShardView>(call.Path("shards", call.Parsed.GetRequiredValue(shard)), cancel)));
    }

    private static Argument<string> Shard() => new("SHARD") { Description = "The shard." };

    private static Option<string> To() => new("--to")
    {
        Description = "The instance.",
        HelpName = "INSTANCE",
        Required = true,
    };

    private static void Print(AdminCall call, ShardView shard) => call.Show(shard, one => Table([one]));

    private static TextTable Table(IReadOnlyList<ShardView> shards)
    {
        var table = new TextTable("SHARD", "OWNER", "PHASE", "NEXT", "GENERATION", "STANDBYS", "PIN", "REASON");
        foreach (var shard in shards)
        {
            table.Add(
                shard.Id, shard.Owner, shard.Phase, shard.Next, shard.Generation, string.Join(',', shard.Standbys),
                shard.Pin, shard.Reason);
        }
        return table;
    }
}
