using Divvy.Consensus.Raft;
using Divvy.Consensus.State;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Simulation.World;
using Divvy.Store;

namespace Divvy.Simulation.Stores;

/// <summary>Looks after a store as people and their tools do: compacts, defragments, hands leadership over, and
/// replaces members by new ones on empty disks.</summary>
internal sealed class StoreOperator
{
    private readonly StoreRun run;
    private readonly SimRandom random;
    private readonly LogWatcher log;
    private readonly Dictionary<string, IRpcChannel> channels = [];
    private Task urgent = Task.CompletedTask;
    private int replacing;

    public StoreOperator(StoreRun run, LogWatcher log)
    {
        (this.run, this.log) = (run, log);
        Process = run.World.Start("operator-1");
        random = run.World.Fork(Process.Name);
    }

    public SimProcess Process { get; }

    /// <summary>Members come and go: another one that is lost now may be one too many.</summary>
    public bool IsReplacing => !urgent.IsCompleted || replacing > 0;

    private IReadOnlyList<StoreMember> Members => run.Cluster.Members;

    public async Task RunAsync()
    {
        var pause = TimeSpan.FromSeconds(random.Pick([0.3, 1, 4]));
        var replaces = Members.Count > 1 && random.Chance(0.5);
        while (!run.IsOver)
        {
            await Task.Delay(random.Exponential(pause), Process.Clock).ConfigureAwait(false);
            await urgent.ConfigureAwait(false);
            if (Members.FirstOrDefault(one => one.IsDamaged) is { } damaged)
                await ReplaceAsync(damaged, asLearner: random.Chance(0.5)).ConfigureAwait(false);
            if (run.Shape.QuotaBytes < StoreShape.RoomyQuota)
                await MakeRoomAsync().ConfigureAwait(false);
            var member = random.Pick(Members);
            switch (random.Below(10))
            {
                case < 4:
                    await CompactAsync(member).ConfigureAwait(false);
                    break;
                case < 6:
                    await TryAsync(member, EtcdMethods.Defragment, new DefragmentRequest()).ConfigureAwait(false);
                    break;
                case < 8:
                    await MoveLeaderAsync(member).ConfigureAwait(false);
                    break;
                default:
                    if (replaces && !run.IsHealed)
                        await ReplaceSomeAsync(member).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Begins at once to replace some members, all at the same time.</summary>
    public void ReplaceNow(IReadOnlyList<StoreMember> members) =>
        urgent = Task.WhenAll(members.Select(member => ReplaceAsync(member, asLearner: true)));

    /// <summary>The member's hash of everything, and what it covers; null: it does not answer.</summary>
    public Task<HashKVResponse?> HashAsync(StoreMember member) =>
        TryAsync(member, EtcdMethods.HashKV, new HashKVRequest());

    private async Task CompactAsync(StoreMember member)
    {
        // Nothing that the watch of the log still needs.
        if (log.Seen < 3)
            return;
        var revision = Math.Max(1, log.Seen - random.Below(100));
        run.Watches.ObserveCompaction(revision);
        var request = new CompactionRequest { Revision = revision, Physical = random.Chance(0.5) };
        if (await TryAsync(member, EtcdMethods.Compact, request).ConfigureAwait(false) is not null)
            run.Report.Count("compactions");
    }

    /// <summary>Ends the alarm that there is no room, after everything superseded was dropped.</summary>
    private async Task MakeRoomAsync()
    {
        var member = random.Pick(Members);
        var list = await TryAsync(
            member, EtcdMethods.Alarm, new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get })
            .ConfigureAwait(false);
        if (list is not { Alarms.Count: > 0 } || log.Seen < 3)
            return;
        run.Report.Count("alarms");
        run.Watches.ObserveCompaction(log.Seen);
        await TryAsync(member, EtcdMethods.Compact, new CompactionRequest { Revision = log.Seen, Physical = true })
            .ConfigureAwait(false);
        foreach (var alarm in list.Alarms)
        {
            await TryAsync(
                member,
                EtcdMethods.Alarm,
                new AlarmRequest
                {
                    Action = AlarmRequest.Types.AlarmAction.Deactivate,
                    Alarm = alarm.Alarm,
                    MemberID = alarm.MemberID,
                }).ConfigureAwait(false);
        }
    }

    private async Task MoveLeaderAsync(StoreMember target)
    {
        if (target.Store is not { } store)
            return;
        foreach (var member in Members)
        {
            var request = new MoveLeaderRequest { TargetID = store.MemberId };
            if (await TryAsync(member, EtcdMethods.MoveLeader, request).ConfigureAwait(false) is null)
                continue;
            run.Report.Count("leadership moves");
            return;
        }
    }

    /// <summary>Replaces one member, or two of five at once: the store takes one change at a time, whatever is asked of
    /// it. Not two of three: the last one left may not know yet that it is alone when the others are gone.</summary>
    private async Task ReplaceSomeAsync(StoreMember member)
    {
        // One that is lost has to be replaced first: without it and another one there may be no majority.
        if (Members.Any(one => one.IsDamaged))
            return;
        if (Members.Count < 5 || random.Chance(0.6))
        {
            await ReplaceAsync(member, asLearner: random.Chance(0.5)).ConfigureAwait(false);
            return;
        }

        // As learners: one that has a vote counts before anybody could know that it has to be started.
        var other = random.Pick(Members.Where(one => one != member).ToList());
        await Task.WhenAll(ReplaceAsync(member, asLearner: true), ReplaceAsync(other, asLearner: true))
            .ConfigureAwait(false);
    }

    /// <summary>Removes a member, and only when that is certain adds another one in its place, which begins on an empty
    /// disk.</summary>
    private async Task ReplaceAsync(StoreMember member, bool asLearner)
    {
        replacing++;
        try
        {
            await ReplaceOneAsync(member, asLearner).ConfigureAwait(false);
        }
        finally
        {
            replacing--;
        }
    }

    private async Task ReplaceOneAsync(StoreMember member, bool asLearner)
    {
        if (await ListAsync().ConfigureAwait(false) is not { } before || before.Members.Count < Members.Count)
            return;
        var old = before.Members.FirstOrDefault(one => one.PeerURLs.Contains(member.PeerUrl));
        if (old is null)
            return;
        run.World.Trace.Add(TraceKind.Decision, Process.Name, $"replaces {member.Name}");
        await UntilAsync(
            EtcdMethods.MemberRemove,
            new MemberRemoveRequest { ID = old.ID },
            list => list.Members.All(one => one.ID != old.ID)).ConfigureAwait(false);
        // Nobody switches it off at the very moment.
        await Task.Delay(TimeSpan.FromSeconds(random.Pick([0, 0, 0.3, 2])), Process.Clock).ConfigureAwait(false);
        member.Retire();
        var add = new MemberAddRequest { IsLearner = asLearner };
        add.PeerURLs.Add(member.PeerUrl);
        var after = await UntilAsync(
            EtcdMethods.MemberAdd, add, list => list.Members.Any(one => one.PeerURLs.Contains(member.PeerUrl)))
            .ConfigureAwait(false);
        var added = after.Members.First(one => one.PeerURLs.Contains(member.PeerUrl));
        member.StartAnew(new JoinedCluster(
            after.Header.ClusterId, new NodeId(added.ID), [.. after.Members.Select(ToRecord)]));
        run.Report.Count("members replaced");
        if (added.IsLearner)
        {
            await UntilAsync(
                EtcdMethods.MemberPromote,
                new MemberPromoteRequest { ID = added.ID },
                list => list.Members.Any(one => one.ID == added.ID && !one.IsLearner)).ConfigureAwait(false);
        }
    }

    /// <summary>Asks one member after the other until the list of members is as it should be: an answer that got lost
    /// does not say that nothing was done.</summary>
    private async Task<MemberListResponse> UntilAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request, Func<MemberListResponse, bool> isDone)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new()
    {
        while (true)
        {
            if (await ListAsync().ConfigureAwait(false) is { } list && isDone(list))
                return list;
            await TryAsync(random.Pick(Members), method, request).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromMilliseconds(100), Process.Clock).ConfigureAwait(false);
        }
    }

    private async Task<MemberListResponse?> ListAsync()
    {
        var request = new MemberListRequest { Linearizable = true };
        return await TryAsync(random.Pick(Members), EtcdMethods.MemberList, request).ConfigureAwait(false);
    }

    private async Task<TResponse?> TryAsync<TRequest, TResponse>(
        StoreMember member, RpcMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new()
    {
        if (!channels.TryGetValue(member.Name, out var channel))
            channels.Add(member.Name, channel = run.ChannelTo(Process, member.Name));
        try
        {
            var options = new RpcCallOptions { Timeout = TimeSpan.FromSeconds(3) };
            var response = await channel.UnaryAsync(method, request, options).ConfigureAwait(false);
            run.World.Trace.Add(TraceKind.Client, Process.Name, 0, () => $"{member.Name}: {request}: {response}");
            return response;
        }
        catch (RpcException failure)
        {
            run.World.Trace.Add(
                TraceKind.Client,
                Process.Name,
                (long)failure.Code,
                () => $"{member.Name}: {request}: {failure.Message}");
            return null;
        }
    }

    private static MemberRecord ToRecord(Member member) =>
        new(new NodeId(member.ID), member.Name, [.. member.PeerURLs], [.. member.ClientURLs]);
}
