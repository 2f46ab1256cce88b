using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Timing;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Control;

/// <summary>Stands for election in one namespace and, when elected, plans it.</summary>
/// <remarks>
/// <para>Problem: exactly one server should spend a namespace's budget of moves, another should go on soon after it
/// dies, and neither may be needed for safety. So each server runs this loop for each namespace; the election lets one
/// of them lead; and every write of a leader compares, in its transaction, that its leader key is still the one it was
/// elected with. Two servers that both believe to lead can propose the same step twice, and the record's own compare
/// lets one through (R6): the guard protects budgets, never ownership.</para>
/// <para>A leader wakes on changes of the mirror that may change a plan, waits a moment so that changes that come
/// together are planned together, decides (<see cref="ControllerRound"/>, pure), commits in transactions of bounded
/// size, waits until the mirror shows what it committed, and looks again. It remembers nothing that its successor
/// needs: deadlines start anew and penalties are forgotten, which makes a move longer at worst.</para>
/// <para>Failures: the store does not answer: leadership ends when the lease cannot be relied on any more, owners keep
/// their shards. The process stands still: its lease ends, its guard fails. A plan that breaks a rule of
/// <see cref="PlanChecker"/>: nothing of it is committed and the log says what is wrong.</para>
/// </remarks>
internal sealed class NamespaceController(string space, ControllerServices services)
{
    /// <summary>How often a leader looks although nothing changed, for deadlines while moves are under way and for
    /// steps that were refused.</summary>
    public static readonly TimeSpan DeadlineInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>The same when nothing is under way.</summary>
    public static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(5);

    /// <summary>Failures to prepare that wait for the next look; more are forgotten, at the cost of a futile move.
    /// </summary>
    private const int MaxFailures = 10_000;

    /// <summary>A cold start waits for instances that come one after the other at most this many settle
    /// delays.</summary>
    private const int MaxSettleDelays = 5;

    private readonly ChangeSignal changed = new();
    private readonly MonotonicClock clock = new(services.Time);
    private readonly Lock gate = new();
    private readonly List<(ShardId Shard, InstanceId Instance)> failed = [];
    private volatile bool leads;

    public bool Leads => leads;

    /// <summary>Runs on the mirror's loop.</summary>
    public void Observe(NamespaceDelta change)
    {
        if (leads)
        {
            foreach (var instance in change.Instances)
                ReportEnd(change, instance);
            foreach (var shard in change.Shards)
                NoteGivenUp(change.After, shard);
        }
        if (change.ConcernsPlanning)
            changed.Raise();
    }

    /// <summary>Stands for election again and again until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(services.Time);
        var failing = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await services.Mirror.WaitUntilAsync(state => state.Find(space) is not null, cancellationToken)
                    .ConfigureAwait(false);
                await StandAsync(cancellationToken).ConfigureAwait(false);
                backoff.Reset();
                failing = false;
            }
            catch (EtcdException failure)
            {
                services.Metrics.StoreError("election");
                if (!failing)
                    services.Logger.ElectionFailing(space, failure.Message);
                failing = true;
                await backoff.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task StandAsync(CancellationToken cancellationToken)
    {
        var lease = await services.Lease.GetAsync(cancellationToken).ConfigureAwait(false);
        using var reliable = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        var election = new LeaderElection(services.Store, services.Layout.Election(space));
        try
        {
            var value = StoreCodec.Encode(new LeaderRecord(services.Options.ServerId));
            var key = await election.CampaignAsync(value, lease.LeaseId, reliable.Token).ConfigureAwait(false);
            services.Logger.BecameLeader(space, services.Options.ServerId, key.Key);
            leads = true;
            await LeadAsync(key, reliable.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The lease is lost: stand again with another.
        }
        finally
        {
            if (leads)
                services.Logger.LostLeadership(space, services.Options.ServerId);
            leads = false;
            lock (gate)
                failed.Clear();
            if (services.Mirror.Current.Find(space) is null)
                await election.WithdrawAsync(lease.LeaseId, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Plans until this server does not lead any more or the namespace is gone.</summary>
    private async Task LeadAsync(LeaderKey key, CancellationToken cancellationToken)
    {
        var snapshot = await services.Mirror.WaitForAsync(new Revision(key.CreateRevision), cancellationToken)
            .ConfigureAwait(false);
        var options = snapshot.Get(space).Config?.ToDeadlines();
        var deadlines = new MoveDeadlines(options ?? new MoveDeadlinesOptions());
        var seen = snapshot.Get(space);
        var fresh = true;
        var occasion = new PlanningOccasion(IdleInterval);
        while (snapshot.Get(space) is { Config: { } config } now)
        {
            // A record that is gone has no deadline any more.
            deadlines.KeepOnly(now.Shards.ContainsKey);
            if (config.ToDeadlines() is { } configured && configured != options)
                (options, deadlines) = (configured, new MoveDeadlines(configured));
            if (ControllerRound.IsColdStart(now))
                snapshot = await SettleAsync(cancellationToken).ConfigureAwait(false);
            else if (ControllerRound.MayWaitForMore(seen, now))
                snapshot = await WaitForMoreAsync(now, cancellationToken).ConfigureAwait(false);
            seen = snapshot.Get(space);
            TakeFailures(deadlines);
            var nowMs = clock.NowMs;
            var plan = occasion.TryTake(deadlines.TakePenaltyChanges(nowMs) || fresh, nowMs);
            var round = await RoundAsync(key, snapshot, deadlines, plan, cancellationToken).ConfigureAwait(false);
            if (round == RoundOutcome.Deposed)
                return;

            // A step that was refused is not tried again before the mirror shows why, or a while has passed: a mirror
            // that is behind would lead to the same step over and over.
            var stepped = round == RoundOutcome.Stepped;
            var longest = stepped || deadlines.Count > 0 ? DeadlineInterval : IdleInterval;
            fresh = await changed.WaitAsync(longest, services.Time, cancellationToken).ConfigureAwait(false) || stepped;
            if (services.Options.PlanDelay > TimeSpan.Zero)
                await Task.Delay(services.Options.PlanDelay, services.Time, cancellationToken).ConfigureAwait(false);
            snapshot = services.Mirror.Current;
        }
    }

    /// <summary>Waits until no further instance came for a while.</summary>
    private async Task<StoreSnapshot> SettleAsync(CancellationToken cancellationToken)
    {
        for (var delay = 0; delay < MaxSettleDelays; delay++)
        {
            var before = services.Mirror.Current.Get(space).Instances.Count;
            await Task.Delay(services.Options.SettleDelay, services.Time, cancellationToken).ConfigureAwait(false);
            if (services.Mirror.Current.Get(space).Instances.Count == before)
                break;
        }
        return services.Mirror.Current;
    }

    /// <summary>Waits as well, but no longer than until a shard or an instance goes or comes that cannot
    /// wait.</summary>
    private async Task<StoreSnapshot> WaitForMoreAsync(NamespaceSnapshot now, CancellationToken cancellationToken)
    {
        for (var delay = 0; delay < MaxSettleDelays; delay++)
        {
            using var enough = new CancellationTokenSource(services.Options.SettleDelay, services.Time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
            try
            {
                var known = now;
                return await services.Mirror.WaitUntilAsync(
                    state => !ControllerRound.OnlyGained(known, state.Get(space)), both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                var then = services.Mirror.Current.Get(space);
                if (then.Instances.Count == now.Instances.Count)
                    break;
                now = then;
            }
        }
        return services.Mirror.Current;
    }

    /// <summary>One look and what follows from it.</summary>
    private async Task<RoundOutcome> RoundAsync(
        LeaderKey key, StoreSnapshot snapshot, MoveDeadlines deadlines, bool plan, CancellationToken cancellationToken)
    {
        var now = snapshot.Get(space);
        if (now.Config is null)
            return RoundOutcome.Idle;
        var decision = plan
            ? Plan(now, snapshot.Revision, deadlines)
            : ControllerRound.DecideWhatIsDue(now, deadlines, clock.NowMs);
        Report(decision, now);
        if (decision.Steps.Count > 0)
        {
            return await CommitAsync(key, decision.Steps, cancellationToken).ConfigureAwait(false)
                ? RoundOutcome.Stepped
                : RoundOutcome.Deposed;
        }
        if (!plan)
            return RoundOutcome.Idle;
        if (now is { Config.Deleting: true, Shards.Count: 0 })
            await services.Removal.FinishAsync(now, key, cancellationToken).ConfigureAwait(false);
        else
            await services.History.TrimAsync(now, key, cancellationToken).ConfigureAwait(false);
        return RoundOutcome.Idle;
    }

    private RoundDecision Plan(NamespaceSnapshot now, Revision revision, MoveDeadlines deadlines)
    {
        var start = services.Time.GetTimestamp();
        var decision = ControllerRound.Decide(now, revision, deadlines, clock.NowMs);
        services.Metrics.Planned(space, services.Time.GetElapsedTime(start));
        return decision;
    }

    /// <summary>False: this server does not lead any more.</summary>
    private async Task<bool> CommitAsync(
        LeaderKey key, IReadOnlyList<ShardStep> steps, CancellationToken cancellationToken)
    {
        try
        {
            var results = await services.Committer.CommitAsync(space, steps, key, cancellationToken)
                .ConfigureAwait(false);
            if (results.Any(result => result.Verdict == StepVerdict.NotLeader))
                return false;
            var committed = results.Where(result => result.Verdict == StepVerdict.Committed)
                .Select(result => result.Revision).DefaultIfEmpty(Revision.None).Max();
            await services.Mirror.WaitForAsync(committed, cancellationToken).ConfigureAwait(false);
        }
        catch (EtcdException failure)
        {
            services.Metrics.StoreError("commit");
            services.Logger.CommitFailed(space, failure.Message);
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>Some steps of a commit that failed may have been done. A plan from a mirror that does not show them yet
    /// would spend their part of the budget a second time.</summary>
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var newest = new GetOptions { KeysOnly = true, Limit = 1, SortBy = EtcdSort.ModRevision, Descending = true };
        while (true)
        {
            try
            {
                var records = await services.Store
                    .GetAsync(EtcdRange.Prefix(services.Layout.ShardPrefix(space)), newest, cancellationToken)
                    .ConfigureAwait(false);
                var revision = new Revision(records.First?.ModRevision ?? 0);
                await services.Mirror.WaitForAsync(revision, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (EtcdException)
            {
                services.Metrics.StoreError("commit");
                await Task.Delay(DeadlineInterval, services.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Report(RoundDecision decision, NamespaceSnapshot now)
    {
        foreach (var wait in decision.Waits)
            services.Logger.MoveWaits(space, wait.Message);
        if (!decision.Violations.IsEmpty)
        {
            services.Logger.PlanRefused(
                space, string.Join("; ", decision.Violations.Take(10).Select(violation => violation.ToString())));
        }
        if (decision.Report is { } report && decision.Steps.Count > 0)
        {
            services.Logger.Planned(
                space, now.Instances.Count, report.Assignments, report.Takeovers, report.Moves, report.DeferredMoves,
                report.Unplaceable.Length);
        }
    }

    private void ReportEnd(NamespaceDelta change, InstanceChange instance)
    {
        if (instance.Before is not { } before || instance.After?.Ref == before.Ref)
            return;
        var owned = change.Before.ShardsOf(before.Ref.Session)
            .Count(shard => change.Before.Shards[shard].Record.Owner == before.Ref);
        if (before.Record.Status == ServiceStatus.Draining || services.Departures.Contains(before.Ref.Session))
            services.Logger.InstanceLeft(before.Ref, space);
        else
            services.Logger.InstanceUnhealthy(before.Ref, space, services.Time.GetUtcNow(), owned);
    }

    /// <summary>A move that was given up although its next owner lives and takes shards: it could not prepare. The
    /// server that took its word may be another one, so the record's change is what tells.</summary>
    private void NoteGivenUp(NamespaceSnapshot after, ShardChange change)
    {
        if (change.Before?.Record is not { Phase: ShardPhase.Preparing, Next: { } next } before
            || change.After?.Record is not { Phase: ShardPhase.Stable } now || now.Owner != before.Owner
            || now.Pin == next.Instance || !after.IsLive(next)
            || PlanningView.StatusOf(after.Instances[next.Instance], after) != InstanceStatus.Active)
            return;
        lock (gate)
        {
            if (failed.Count < MaxFailures)
                failed.Add((change.Shard, next.Instance));
        }
    }

    private void TakeFailures(MoveDeadlines deadlines)
    {
        lock (gate)
        {
            foreach (var (shard, instance) in failed)
                deadlines.Penalise(shard, instance, clock.NowMs);
            failed.Clear();
        }
    }

    private enum RoundOutcome
    {
        Idle,
        Stepped,

        /// <summary>This server does not lead any more.</summary>
        Deposed,
    }
}
