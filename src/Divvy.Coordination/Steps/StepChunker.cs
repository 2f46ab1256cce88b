using Divvy.Coordination.Layout;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Steps;

/// <summary>Cuts a list of steps into transactions that stay within the store's limit of operations and of compares.
/// Steps that compare the same sessions share the compare. Pure.</summary>
internal sealed class StepChunker(StoreLayout layout, int maxOperations)
{
    /// <summary>One operation of each transaction writes the events.</summary>
    private const int EventOperations = 1;

    public IEnumerable<List<PreparedStep>> Chunk(string space, IEnumerable<ShardStep> steps, bool guarded)
    {
        var room = maxOperations - (guarded ? 1 : 0);
        var chunk = new List<PreparedStep>();
        var conditions = new HashSet<StoreCondition>();
        var shards = new HashSet<ShardId>();
        var operations = EventOperations;
        foreach (var step in steps)
        {
            var prepared = new PreparedStep(step, Conditions(space, step));
            var added = prepared.Conditions.Count(condition => !conditions.Contains(condition));
            var needed = step.State is null ? 1 : 2;
            var full = operations + needed > maxOperations || conditions.Count + added > room
                || shards.Contains(step.Step.Shard);
            if (full && chunk.Count > 0)
            {
                yield return chunk;
                chunk = [];
                conditions.Clear();
                shards.Clear();
                operations = EventOperations;
            }
            chunk.Add(prepared);
            operations += needed;
            conditions.UnionWith(prepared.Conditions);
            shards.Add(step.Step.Shard);
        }
        if (chunk.Count > 0)
            yield return chunk;
    }

    private List<StoreCondition> Conditions(string space, ShardStep planned)
    {
        var step = planned.Step;
        var conditions = new List<StoreCondition>
        {
            StoreCondition.Unchanged(layout.Shard(space, step.Shard), step.Expected.Value),
        };
        foreach (var session in step.MustLive)
            conditions.Add(StoreCondition.OnLease(layout.Service(space, session.Instance), session.Session.Value));
        foreach (var session in step.MustBeGone)
            conditions.Add(StoreCondition.NotOnLease(layout.Service(space, session.Instance), session.Session.Value));
        if (step.NamespaceRevision != Revision.None)
            conditions.Add(StoreCondition.Unchanged(layout.Namespace(space), step.NamespaceRevision.Value));
        if (planned.State is { } state)
            conditions.Add(StoreCondition.Unchanged(layout.State(space, step.Shard), state.Expected));
        conditions.AddRange(planned.Also);
        return conditions;
    }
}
