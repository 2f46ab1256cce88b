using Divvy.Rpc.Etcd;
using Divvy.Simulation.World;
using Divvy.Store.Replication;

namespace Divvy.Simulation.Stores;

/// <summary>What has to work again once nothing is wrong any more.</summary>
internal sealed class StoreLiveness(StoreRun run, StoreOperator keeper, LogWatcher log)
{
    /// <summary>A leader that all members know, and answers to every client's writes.</summary>
    public async Task RequireServiceAsync(IReadOnlyList<StoreClient> clients)
    {
        await run.RequireAsync("a leader", () => Task.FromResult(MissingLeader())).ConfigureAwait(false);
        await run.RequireAsync("answers to every client's writes", () => Task.FromResult(
            clients.FirstOrDefault(client => client.WritesSinceHealed == 0) is { } without
                ? $"{without.Process.Name} got none"
                : null)).ConfigureAwait(false);
    }

    /// <summary>All that was begun ends.</summary>
    public async Task RequireEndAsync(IReadOnlyList<Task> work)
    {
        await run.RequireAsync("an end of all calls", () => Task.FromResult(
            work.Count(one => !one.IsCompleted) is > 0 and var open ? $"{open} are open" : null)).ConfigureAwait(false);
        foreach (var failed in work.Where(one => one.IsFaulted))
            run.Report.Failed(failed.Exception!.InnerException!);
    }

    /// <summary>All members hold the same, the leases that nobody holds are over, and the watch of the log has seen
    /// everything.</summary>
    public Task RequireAgreementAsync() => run.RequireAsync("agreement of all members and watches", async () =>
    {
        List<HashKVResponse> hashes = [];
        foreach (var member in run.Cluster.Members)
        {
            if (await keeper.HashAsync(member).ConfigureAwait(false) is not { } hash)
                return $"{member.Name} does not answer";
            hashes.Add(hash);
        }

        var first = hashes[0];
        if (hashes.FirstOrDefault(hash => hash.Header.Revision != first.Header.Revision) is { } behind)
            return $"one is at revision {first.Header.Revision}, another one at {behind.Header.Revision}";
        if (hashes.FirstOrDefault(hash => hash.CompactRevision != first.CompactRevision) is { } compacted)
            return $"one is compacted at {first.CompactRevision}, another one at {compacted.CompactRevision}";
        if (hashes.Any(hash => hash.Hash != first.Hash))
            return $"members hold different data at revision {first.Header.Revision}";
        if (log.Seen != first.Header.Revision)
            return $"the watch has seen {log.Seen} of {first.Header.Revision}";
        if (run.Watches.Behind(run.History.Log, log.Seen, run.World.Now) is [var behindOne, ..])
            return behindOne.Message;
        var kept = run.History.Log.StateAt(log.Seen).Records.FirstOrDefault(record => record.Lease != 0);
        return kept is null ? null : $"{kept} is still there";
    });

    /// <summary>A member that was cut off from the others for a while and comes back deposes nobody: it asks before it
    /// stands for election, and those that hear their leader refuse (Raft thesis, 9.6). Nothing else is wrong
    /// meanwhile, so the leader of before has to lead on in its term.</summary>
    public async Task RequireLeaderStaysAsync()
    {
        var random = run.World.Fork("who comes back");
        if (run.Cluster.Members.Count < 3 || random.Chance(0.5) || MissingLeader() is not null)
            return;
        var view = run.Cluster.Members[0].Store!.RaftView;
        var others = run.Cluster.Members.Where(member => member.Store!.MemberId != view.Leader.Value).ToList();
        var away = random.Pick(others).Name;
        run.World.Trace.Add(TraceKind.Phase, "run", $"{away} is away for a while; {view.Leader} leads term {view.Term}");
        using (run.Network.Cut((from, to) => from == away || to == away))
            await run.World.Delay(run.Shape.Election * random.Between(2, 8)).ConfigureAwait(false);
        await run.World.Delay(run.Shape.Election * 4).ConfigureAwait(false);
        var views = run.Cluster.Members.Select(member => (member.Name, member.Store?.RaftView));
        if (Deposed(view, views) is { } deposed)
            run.Report.Violated("leader stays", $"{away} was away and came back: {deposed}");
    }

    /// <summary>Who does not follow the leader of before in its term any more; null: all do.</summary>
    public static string? Deposed(RaftView before, IEnumerable<(string Name, RaftView? View)> members)
    {
        foreach (var (name, now) in members)
        {
            if (now?.Leader != before.Leader || now.Term != before.Term)
            {
                return $"{name} follows {now?.Leader} in term {now?.Term} instead of {before.Leader} in term"
                    + $" {before.Term}";
            }
        }

        return null;
    }

    private string? MissingLeader()
    {
        foreach (var member in run.Cluster.Members)
        {
            if (member.Store is not { } store)
                return $"{member.Name} does not run";
            if (store.RaftView.Leader.IsNone)
                return $"{member.Name} knows none";
        }

        var known = run.Cluster.Members.Select(member => member.Store!.RaftView.Leader).Distinct().ToList();
        return known.Count == 1 ? null : $"{string.Join(" and ", known)} are both followed";
    }
}
