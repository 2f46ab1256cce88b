using Divvy.Coordination.Control;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Steps;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Admin;

/// <summary>What operators do with shards. A step is taken by the server that was asked, like any other step: by
/// compare-and-swap on the record. A move without a pin is a one-time move: the planner leaves it alone as long as the
/// counts of the instances stay within one of each other, and may balance again when they do not.</summary>
internal sealed class ShardAdmin(AdminServices services)
{
    /// <summary>Attempts against others who change the same record.</summary>
    private const int MaxAttempts = 5;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    public IReadOnlyList<ShardView> List(string name, string? instance)
    {
        var space = services.Find(name);
        var shards = space.Shards.Values.AsEnumerable();
        if (!string.IsNullOrEmpty(instance))
            shards = shards.Where(shard => shard.Record.Owner?.Instance.Value == instance);
        return [.. shards.Select(shard => View(space, shard)).OrderBy(view => view.Range, StringComparer.Ordinal)];
    }

    public ShardView Get(string name, string shard)
    {
        var space = services.Find(name);
        return View(space, Find(space, shard));
    }

    /// <exception cref="AdminException">400, 404 or 409, with what to do.</exception>
    public Task<ShardView> MoveAsync(string name, string shard, string? to, CancellationToken cancellationToken) =>
        StepAsync(name, shard, (space, version) => Move(space, version, to), cancellationToken);

    public Task<ShardView> PinAsync(string name, string shard, string? instance, CancellationToken cancellationToken)
    {
        if (!Layout.StoreLayout.IsName(instance))
            throw AdminException.BadRequest("the body must name the instance to pin to: {\"instance\": \"...\"}");
        return StepAsync(
            name, shard,
            (_, version) => Handoff.SetPin(version, new InstanceId(instance!), $"pinned to {instance} by an operator"),
            cancellationToken);
    }

    public Task<ShardView> UnpinAsync(string name, string shard, CancellationToken cancellationToken) =>
        StepAsync(
            name, shard, (_, version) => Handoff.SetPin(version, null, "unpinned by an operator"), cancellationToken);

    /// <summary>Closes a shard of a listed namespace: its owner finishes what is in flight and acknowledges, then the
    /// record goes.</summary>
    /// <exception cref="AdminException">404 or 409, with what to do.</exception>
    public Task<ShardView> FinishAsync(string name, string shard, CancellationToken cancellationToken) =>
        StepAsync(
            name, shard,
            (space, version) => space.Config is { Layout: NamespaceLayout.Listed }
                ? Handoff.Close(version, "finished by an operator")
                : throw AdminException.Conflict(
                    $"the namespace {name} has a fixed layout: its shards come and go with it"),
            cancellationToken);

    private static StepOutcome Move(NamespaceSnapshot space, in VersionedShard version, string? to)
    {
        if (string.IsNullOrEmpty(to))
            throw AdminException.BadRequest("the body must name the instance to move to: {\"to\": \"...\"}");
        if (!space.Instances.TryGetValue(new InstanceId(to), out var target))
        {
            throw AdminException.NotFound(
                $"no instance '{to}' lives in namespace {space.Name}; there are:"
                    + $" {string.Join(", ", space.Instances.Keys.Take(10))}");
        }
        if (PlanningView.StatusOf(target, space) != InstanceStatus.Active)
            throw AdminException.Conflict(
                $"instance {to} is cordoned or draining: it takes no shards. Uncordon it first");
        if (version.Record.Pin is { } pin && pin.Value != to)
            throw AdminException.Conflict($"shard {version.Record.Shard} is pinned to {pin}: unpin it first");
        return version.Record.Owner switch
        {
            null => Handoff.Assign(version, target.Ref, "assigned by an operator"),
            { } owner when owner == target.Ref => StepRefusal.NothingToChange,
            { } owner when !space.IsLive(owner) => Handoff.Takeover(version, target.Ref, "assigned by an operator"),
            _ => Handoff.BeginMove(version, target.Ref, "moved by an operator"),
        };
    }

    private async Task<ShardView> StepAsync(
        string name,
        string shard,
        Func<NamespaceSnapshot, VersionedShard, StepOutcome> decide,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var space = services.Find(name);
            var version = Find(space, shard);
            var outcome = decide(space, version);
            if (outcome.Refusal == StepRefusal.NothingToChange)
                return View(space, version);
            if (!outcome.IsStep)
            {
                throw AdminException.Conflict(
                    $"shard {shard} is {NamespaceSettings.ToWord(version.Record.Phase)}: wait until it is stable"
                        + $" ({NamespaceSettings.ToWord(outcome.Refusal)})");
            }
            var step = new ShardStep(outcome.Step, version.Record);
            var results = await services.Committer.CommitAsync(name, [step], guard: null, cancellationToken)
                .ConfigureAwait(false);
            if (results[0].Verdict == StepVerdict.Committed)
            {
                await services.SeeAsync(results[0].Revision.Value, cancellationToken).ConfigureAwait(false);
                return After(name, shard, version);
            }
            // Somebody else was faster: look again once their change is here.
            await Task.Delay(RetryDelay, services.Time, cancellationToken).ConfigureAwait(false);
        }
        throw AdminException.Conflict($"shard {shard} keeps changing: try again");
    }

    /// <summary>The shard after a step; as it was before, when the step removed it.</summary>
    private ShardView After(string name, string shard, in VersionedShard before)
    {
        var space = services.Find(name);
        return View(space, space.Shards.TryGetValue(new ShardId(shard), out var now) ? now : before);
    }

    private ShardView View(NamespaceSnapshot space, in VersionedShard shard)
    {
        var record = shard.Record;
        var rate = record.Owner is { } owner ? services.Loads.RateOf(space.Name, owner, record.Shard) : null;
        return Views.Of(shard, space, rate);
    }

    private static VersionedShard Find(NamespaceSnapshot space, string shard) =>
        space.Shards.TryGetValue(new ShardId(shard), out var version)
            ? version
            : throw AdminException.NotFound(
                space.Unreadable.Contains(new ShardId(shard))
                    ? $"the record of shard '{shard}' cannot be read: see the server's log"
                    : $"the namespace {space.Name} has no shard '{shard}'; it has {space.Shards.Count} shards now");
}
