using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Coordination.Admin;

namespace Divvy.Cli.Admin;

/// <summary><c>divvy shards</c>, and what is done to one shard: move, pin, unpin.</summary>
internal static class ShardCommand
{
    public static Command Create(AdminVerb verb)
    {
        const string Description = "Shards: who owns what, and why; adds and finishes those of listed namespaces.";
        var command = new Command("shards", Description)
        {
            List(verb), Show(verb), Add(verb), Finish(verb),
        };
        command.Aliases.Add("shard");
        return command;
    }

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

    private static Command Add(AdminVerb verb)
    {
        var shards = new Argument<string[]>("SHARD")
        {
            Description = "The shards to add.",
            Arity = ArgumentArity.OneOrMore,
        };
        var parents = new Option<string[]>("--parent")
        {
            Description = "A finished shard they go on with; may be given again.",
            HelpName = "SHARD",
        };
        const string Description = "Add shards to a listed namespace; those that are there stay.";
        return verb.InNamespace("add", Description, [shards, parents], async (call, cancel) =>
        {
            var named = call.Parsed.GetRequiredValue(shards);
            var body = new ShardsAdd
            {
                Shards = [.. named.Select(id => new ShardAdd { Id = id, Parents = call.Parsed.GetValue(parents) })],
            };
            var added = await call.Client.PostAsync<ShardsAdded>(call.Path("shards"), body, cancel);
            call.Show(added, all =>
            {
                var table = new TextTable("SHARD", "OUTCOME");
                foreach (var shard in all.Shards)
                    table.Add(shard.Id, shard.Outcome);
                return table;
            });
        });
    }

    private static Command Finish(AdminVerb verb)
    {
        var shard = Shard();
        const string Description = "Finish a shard of a listed namespace: its owner yields, then it goes for good.";
        return verb.InNamespace("finish", Description, [shard], async (call, cancel) =>
            Print(call, await call.Client.PostAsync<ShardView>(
                call.Path("shards", call.Parsed.GetRequiredValue(shard), "finish"), body: null, cancel)));
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
