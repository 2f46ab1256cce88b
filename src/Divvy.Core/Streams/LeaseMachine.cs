namespace Divvy.Core.Streams;

/// <summary>
/// One worker of a fleet that shares a lease table: what it reads and writes when, and what its holder is told.
/// <para><b>States of a lease, seen from here</b>: somebody's (its counter moves), free (no owner, or its counter has
/// stood still for the lease's duration by this worker's clock), coming (asked for, its owner still finishes), held,
/// yielding (asked for by another worker; the holder finishes and may checkpoint), finished with (the row is yet to say
/// so).</para>
/// <para><b>Who may do what</b>: <see cref="LeaseWrite"/> says which writes there are and why two workers cannot both
/// succeed; <see cref="LeaseShares"/> says who is meant to have what; <see cref="LeaseDecision"/> when it is taken or
/// asked for.</para>
/// <para><b>Self-fencing.</b> A lease that could not be renewed ends here, by the worker's own clock and before anybody
/// else may take it: the duration is counted from the moment the last confirmed write was <em>sent</em>, everybody
/// else's from the moment they <em>saw</em> it. A process that stood still finds out at its next step, and whatever it
/// writes before that is refused by the counter.</para>
/// <para><b>Lost answers.</b> After a write without an answer the row is read before the next one is made: it has the
/// counter from before, or the one the write leaves; anything else says that the lease is lost. A write that arrives
/// late is refused by the counter.</para>
/// <para>Calls come one after the other. <see cref="Step"/> says what to do now, <see cref="NextWake"/> when to ask
/// again; every call may bring the latter forward.</para>
/// </summary>
public sealed class LeaseMachine
{
    private readonly LeaseSettings settings;
    private readonly LeaseTableView view;
    private readonly SortedDictionary<string, LeaseHolding> holdings = new(StringComparer.Ordinal);
    private readonly List<LeaseAction> owed = [];
    private TimeSpan nextRead;
    private TimeSpan nextBeat;
    private TimeSpan decideAt = TimeSpan.MaxValue;
    private TimeSpan? leavingSince;
    private bool isReading;
    private bool isReplaced;
    private long beats;
    private long terms;

    /// <param name="settings">How it deals with leases.</param>
    /// <param name="now">The time by the worker's monotonic clock; so is every other <c>now</c>.</param>
    public LeaseMachine(LeaseSettings settings, TimeSpan now)
    {
        this.settings = settings;
        view = new LeaseTableView(settings, now);
        nextRead = nextBeat = now;
    }

    /// <summary>How many leases are held.</summary>
    public int Held => holdings.Count;

    /// <summary>Nothing is held, and no row is being written or read.</summary>
    public bool IsIdle => holdings.Count == 0 && view.Rows.Values.All(static seen => !seen.IsBusy);

    /// <summary>Another process took this worker's id: nothing is held or taken any more.</summary>
    public bool IsReplaced => isReplaced;

    /// <summary>Everybody who takes part, this worker included.</summary>
    public IReadOnlyList<string> Workers(TimeSpan now) => view.Staying(leavingSince is null && !isReplaced, now);

    /// <summary>How many leases the fleet holds although the cap forbids it: <see cref="LeaseCap.Overload"/>.</summary>
    public int Overload(TimeSpan now)
    {
        var lineage = new Lineage(view.Rows.Values.Select(static seen => seen.Row));
        var unfinished = view.Rows.Values.Count(
            seen => lineage.IsReady(seen.Row, settings.ParentsFirst) && !lineage.IsDraining(seen.Row));
        return LeaseCap.Overload(settings.MaxLeases, unfinished, Math.Max(1, Workers(now).Count));
    }

    /// <summary>What to do now.</summary>
    public IReadOnlyList<LeaseAction> Step(TimeSpan now)
    {
        Fence(now);
        Renew(now);
        Leave(now);
        if (!isReading && now >= nextRead)
        {
            isReading = true;
            owed.Add(new LeaseAction.ReadTable());
        }

        if (now >= nextBeat && !isReplaced)
        {
            nextBeat = now + settings.BeatInterval;
            owed.Add(new LeaseAction.Beat(++beats, leavingSince is not null));
        }

        if (leavingSince is null && !isReplaced)
        {
            LookAtComing(now);
            if (now >= decideAt)
                Decide(now);
        }

        LeaseAction[] actions = [.. owed];
        owed.Clear();
        return actions;
    }

    /// <summary>When <see cref="Step"/> has to be called again at the latest.</summary>
    public TimeSpan NextWake()
    {
        if (owed.Count > 0)
            return TimeSpan.Zero;
        var next = isReplaced ? TimeSpan.MaxValue : nextBeat;
        if (!isReading)
            next = Earlier(next, nextRead);
        foreach (var holding in holdings.Values)
        {
            next = Earlier(next, FenceAt(holding));
            if (!holding.IsBusy)
                next = Earlier(next, holding.DueAt(settings.RenewAfter));
        }

        if (leavingSince is { } since && holdings.Values.Any(static held => held.Phase == HoldingPhase.Held))
            next = Earlier(next, since + settings.LeaveGrace);
        if (leavingSince is not null || isReplaced)
            return next;
        foreach (var seen in view.Rows.Values)
        {
            if (IsComing(seen) && !seen.IsBusy)
                next = Earlier(next, seen.LookAt);
        }

        return Earlier(next, decideAt);
    }

    /// <summary>The table was read.</summary>
    /// <param name="rows">All leases.</param>
    /// <param name="workers">All beats.</param>
    /// <param name="asked">When the reading began.</param>
    /// <param name="now">The time.</param>
    public void See(IReadOnlyList<StreamLease> rows, IReadOnlyList<WorkerBeat> workers, TimeSpan asked, TimeSpan now)
    {
        isReading = false;
        nextRead = Later(asked + settings.PollInterval, now + (settings.PollInterval / 4));
        foreach (var row in view.See(rows, workers, asked, now))
            Recognise(row, isAnswer: false);
        decideAt = now;
    }

    /// <summary>The table could not be read.</summary>
    public void ReadFailed(TimeSpan now)
    {
        isReading = false;
        nextRead = now + settings.RetryAfter;
    }

    /// <summary>One row was read; null: there is none.</summary>
    public void SeeRow(string key, StreamLease? row, TimeSpan now)
    {
        Idle(key, now);
        if (row is null)
            view.Forget(key);
        else
            view.Learn(row, now, now);
        if (holdings.ContainsKey(key))
            Recognise(row ?? new StreamLease(key), isAnswer: true);
        decideAt = now;
    }

    /// <summary>A row could not be read.</summary>
    public void RowReadFailed(string key, TimeSpan now)
    {
        Idle(key, now);
        if (holdings.TryGetValue(key, out var holding))
            holding.RetryAt = now + settings.RetryAfter;
    }

    /// <summary>Begins a write of the holder's.</summary>
    /// <param name="key">The lease.</param>
    /// <param name="term">The holding.</param>
    /// <param name="change">Makes the write from the row as it is; null: there is nothing to write.</param>
    /// <param name="now">The time.</param>
    /// <param name="write">What to write; null when there is nothing to write, or nothing may be written now.</param>
    public LeasePermission Begin(
        string key, long term, Func<StreamLease, LeaseWrite?> change, TimeSpan now, out LeaseWrite? write)
    {
        write = null;
        if (!holdings.TryGetValue(key, out var holding) || holding.Term != term
            || holding.Phase == HoldingPhase.Finished || now >= FenceAt(holding))
            return LeasePermission.Lost;
        if (holding.IsBusy || holding.InDoubtSince is not null)
            return LeasePermission.Later;
        write = change(holding.Row);
        holding.IsBusy = write is not null;
        return LeasePermission.Granted;
    }

    /// <summary>A write ended.</summary>
    /// <param name="write">The write.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="row">If it was refused: the row as it is; null: there is none.</param>
    /// <param name="sent">When it was sent.</param>
    /// <param name="now">The time.</param>
    public void Completed(LeaseWrite write, LeaseOutcome outcome, StreamLease? row, TimeSpan sent, TimeSpan now)
    {
        Idle(write.Key, now);
        if (outcome == LeaseOutcome.Refused && row is not null && write.IsMadeIn(row)
            && holdings.TryGetValue(write.Key, out var made) && made.LastDoubt is null)
        {
            // A client library repeated it after its answer was lost. An attempt of an earlier call may have made it
            // instead, before this one was sent, when there was one of which nothing is known: then, and with a take,
            // the row does not say since when others have seen it.
            outcome = LeaseOutcome.Applied;
        }

        if (outcome == LeaseOutcome.Applied)
        {
            view.Learn(
                view.Rows.TryGetValue(write.Key, out var seen) ? write.ApplyTo(seen.Row) : write.After, now, now);
            if (write.Purpose == LeasePurpose.Take)
                Hold(write.After, sent, now);
            else if (holdings.TryGetValue(write.Key, out var holding))
                Confirm(holding, write, sent);
            return;
        }

        if (outcome == LeaseOutcome.Refused)
        {
            SeeRow(write.Key, row, now);
        }
        else if (holdings.TryGetValue(write.Key, out var holding) && write.Purpose is not LeasePurpose.Take)
        {
            holding.RetryAt = now + (outcome == LeaseOutcome.NotWritten ? settings.RetryAfter : TimeSpan.Zero);
            if (outcome == LeaseOutcome.Unknown)
                holding.InDoubtSince = holding.LastDoubt = sent;
        }
    }

    /// <summary>The holder finished what it was told to finish by <see cref="LeaseAction.Yield"/>.</summary>
    public void Yielded(string key, long term, TimeSpan now)
    {
        if (!holdings.TryGetValue(key, out var holding) || holding.Term != term)
            return;
        holding.Phase = HoldingPhase.Finished;
        holding.RetryAt = now;
    }

    /// <summary>Rows were made that the next reading will show: those of children.</summary>
    public void Created(IEnumerable<StreamLease> rows, TimeSpan now)
    {
        foreach (var row in rows)
            view.Learn(row, TimeSpan.MinValue, now);
        decideAt = now;
    }

    /// <summary>The worker wants to end: others may ask for its leases, and what nobody asks for is released.</summary>
    public void BeginLeaving(TimeSpan now)
    {
        leavingSince ??= now;
        nextBeat = nextRead = now;
    }

    /// <summary>Another process has this worker's id.</summary>
    public void Replaced()
    {
        isReplaced = true;
        foreach (var key in holdings.Keys.ToArray())
            Lose(key, "another process took over this worker's id");
    }

    private void Fence(TimeSpan now)
    {
        foreach (var (key, holding) in holdings.ToArray())
        {
            if (now >= FenceAt(holding))
                Lose(key, "it could not be renewed in time");
        }
    }

    private void Renew(TimeSpan now)
    {
        foreach (var (key, holding) in holdings)
        {
            if (holding.IsBusy || now < holding.DueAt(settings.RenewAfter))
                continue;
            holding.IsBusy = true;
            if (holding.InDoubtSince is not null)
                owed.Add(new LeaseAction.ReadLease(key));
            else if (holding.Phase != HoldingPhase.Finished)
                owed.Add(new LeaseAction.Write(LeaseWrite.Renew(holding.Row)));
            else if (holding.Row.YieldingOwner == settings.Worker && view.Stays(holding.Row.Owner!, now))
                owed.Add(new LeaseAction.Write(LeaseWrite.HandOver(holding.Row)));
            else
                owed.Add(new LeaseAction.Write(LeaseWrite.Release(holding.Row)));
        }
    }

    /// <summary>While the worker leaves, what nobody asks for is released after a while; at once if nobody is
    /// there.</summary>
    private void Leave(TimeSpan now)
    {
        if (leavingSince is not { } since || (now < since + settings.LeaveGrace && view.Staying(false, now).Count > 0))
            return;
        foreach (var (key, holding) in holdings)
            BeginYield(key, holding);
    }

    /// <summary>When one lease is due for a look, those that soon will be are looked at with it: the shell reads all in
    /// one call.</summary>
    private void LookAtComing(TimeSpan now)
    {
        if (!view.Rows.Values.Any(seen => IsComing(seen) && !seen.IsBusy && now >= seen.LookAt))
            return;
        var soon = now + (settings.HandoffPollInterval / 2);
        foreach (var (key, seen) in view.Rows)
        {
            if (!IsComing(seen) || seen.IsBusy || soon < seen.LookAt)
                continue;
            seen.IsBusy = true;
            var isSlow = now - seen.OwnersSince > settings.Duration;
            seen.LookAt = now + (settings.HandoffPollInterval * (isSlow ? 10 : 1));
            owed.Add(new LeaseAction.ReadLease(key));
        }
    }

    private void Decide(TimeSpan now)
    {
        foreach (var write in new LeaseDecision(settings, view, now).Writes(holdings.ContainsKey))
        {
            view.Rows[write.Key].IsBusy = true;
            owed.Add(new LeaseAction.Write(write));
        }

        decideAt = view.NextExpiry(now) ?? TimeSpan.MaxValue;
        var settled = view.LastJoin + settings.FreeSettleTime;
        if (settled > now)
            decideAt = Earlier(decideAt, settled);
    }

    private void Hold(StreamLease row, TimeSpan sent, TimeSpan now)
    {
        var holding = new LeaseHolding(row, ++terms, sent);
        if (now >= FenceAt(holding))
            return; // The answer came so late that others may have taken the lease meanwhile.
        holdings[row.Key] = holding;
        if (leavingSince is not null || isReplaced)
            holding.Phase = HoldingPhase.Finished;
        else
            owed.Add(new LeaseAction.Grant(row, terms));
    }

    private void Confirm(LeaseHolding holding, LeaseWrite write, TimeSpan sent)
    {
        if (holding.Row.Counter != write.Before.Counter)
            return;
        holding.Row = write.After;
        holding.ConfirmedAt = sent;
        holding.InDoubtSince = null;
        if (write.Purpose is not (LeasePurpose.HandOver or LeasePurpose.Release or LeasePurpose.Finish))
            return;
        holdings.Remove(write.Key);
        owed.Add(new LeaseAction.End(write.Key, holding.Term));
    }

    /// <summary>Compares what was read with what this worker believes to hold.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isAnswer">It was read for its own sake while no write of this worker's was under way; a row of a
    /// whole table may be older than the last write.</param>
    private void Recognise(StreamLease row, bool isAnswer)
    {
        if (!holdings.TryGetValue(row.Key, out var holding) || (holding.IsBusy && !isAnswer))
            return;
        var ahead = row.Counter - holding.Row.Counter;
        if (ahead < 0 && !(isAnswer && row.Holder is null))
            return;
        var isOwn = row.Holder == settings.Worker && (ahead == 0 || (ahead == 1 && holding.LastDoubt is not null));
        if (!isOwn)
        {
            if (holding.InDoubtSince is not null && holding.Phase == HoldingPhase.Finished)
                EndInOrder(row.Key);
            else
                Lose(row.Key, row.Holder is null ? "its row was released or removed" : $"{row.Holder} has it");
            return;
        }

        if (ahead == 1)
            holding.ConfirmedAt = Later(holding.ConfirmedAt, holding.LastDoubt!.Value);
        if (isAnswer)
            holding.InDoubtSince = null;
        holding.Row = row;
        if (row.YieldingOwner == settings.Worker)
            BeginYield(row.Key, holding);
        if (row.IsFinished)
            EndInOrder(row.Key);
    }

    private void BeginYield(string key, LeaseHolding holding)
    {
        if (holding.Phase != HoldingPhase.Held)
            return;
        holding.Phase = HoldingPhase.Yielding;
        owed.Add(new LeaseAction.Yield(key, holding.Term));
    }

    private void Lose(string key, string reason)
    {
        if (!holdings.Remove(key, out var holding))
            return;
        if (holding.IsBusy && view.Rows.TryGetValue(key, out var seen))
            seen.IsBusy = true;
        owed.Add(new LeaseAction.Lose(key, holding.Term, reason));
    }

    private void EndInOrder(string key)
    {
        if (holdings.Remove(key, out var holding))
            owed.Add(new LeaseAction.End(key, holding.Term));
    }

    private void Idle(string key, TimeSpan now)
    {
        if (view.Rows.TryGetValue(key, out var seen))
        {
            seen.IsBusy = false;
            seen.LookAt = Later(seen.LookAt, now);
        }

        if (holdings.TryGetValue(key, out var holding))
            holding.IsBusy = false;
    }

    private bool IsComing(SeenLease seen) =>
        seen.Row.Owner == settings.Worker && seen.Row.YieldingOwner is { } holder && holder != settings.Worker
        && !seen.Row.IsFinished && !holdings.ContainsKey(seen.Row.Key);

    private TimeSpan FenceAt(LeaseHolding holding) =>
        holding.ConfirmedAt + settings.Duration - settings.FenceMargin;

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
