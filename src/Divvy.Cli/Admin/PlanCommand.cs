using System.CommandLine;
using Divvy.Cli.Output;
using Divvy.Coordination.Admin;

namespace Divvy.Cli.Admin;

/// <summary><c>divvy plan</c>: what the controller would do now, without doing it.</summary>
internal static class PlanCommand
{
    public static Command Create(AdminVerb verb) => verb.InNamespace(
        "plan", "Show what the controller would do now, without doing it.", [], async (call, cancel) =>
        {
            var plan = await call.Client.GetAsync<PlanView>(call.Path("plan"), cancel);
            if (call.Format == OutputFormat.Json)
                call.Console.WriteJson(plan);
            else
                Print(call.Console.Output, plan);
        });

    private static void Print(TextWriter writer, PlanView plan)
    {
        writer.WriteLine(
            $"{plan.Shards} shards, {plan.Strategy}: {plan.Assignments} assignments, {plan.Takeovers} takeovers, "
            + $"{plan.Moves} moves now, {plan.DeferredMoves} later, {plan.MovesInFlight} under way, "
            + $"at least {plan.MinimumMoves} needed");
        writer.WriteLine();
        var instances = new TextTable("INSTANCE", "STATUS", "CAPACITY", "BEFORE", "AFTER", "TARGET");
        foreach (var instance in plan.Instances)
        {
            instances.Add(
                instance.Id, instance.Status, instance.Capacity, instance.Before, instance.After, instance.Target);
        }
        instances.WriteTo(writer);
        if (plan.Changes.Count > 0)
        {
            writer.WriteLine();
            var changes = new TextTable("SHARD", "CHANGE", "FROM", "TO", "REASON");
            foreach (var change in plan.Changes)
                changes.Add(change.Shard, change.Kind, change.From, change.To, change.Reason);
            changes.WriteTo(writer);
        }
        foreach (var shard in plan.Unplaceable)
            writer.WriteLine($"cannot be placed: {shard.Shard}: {shard.Reason}");
        foreach (var violation in plan.Violations)
            writer.WriteLine($"VIOLATION, this plan will not be carried out: {violation}");
    }
}
