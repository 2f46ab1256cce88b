using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>Decides what becomes of each request that does not simply enter (R13, R15 to R17), and keeps those that
/// wait.</summary>
internal sealed class RequestDesk(
    HostMachineOptions options, SessionClock clock, HostEffects effects, DueQueue dues, ShardDriver driver)
{
    private readonly SortedDictionary<ShardId, List<Waiting>> waiting = [];
    private readonly Dictionary<long, ShardId> tickets = [];
    private long lastTicket;

    /// <summary>How many requests wait.</summary>
    public int Count => tickets.Count;

    /// <summary>The newest store revision any message named: what a request is ahead of (R16).</summary>
    public Revision Seen { get; set; }

    public AdmitResult Admit(in RequestInfo request, long nowMs)
    {
        var result = Decide(request, nowMs);
        if (result.Kind is not (AdmitKind.Queue or AdmitKind.Hold))
        {
            return result;
        }

        var line = waiting.GetValueOrDefault(request.Shard);
        if (tickets.Count >= options.MaxWaiting || line?.Count >= options.MaxWaitingPerShard)
        {
            return new AdmitResult { Kind = AdmitKind.Overloaded };
        }

        if (line is null)
        {
            waiting[request.Shard] = line = [];
        }

        var ticket = ++lastTicket;
        var untilMs = Math.Min(request.DeadlineMs, nowMs + options.MaxWaitMs);
        line.Add(new Waiting(ticket, request));
        tickets[ticket] = request.Shard;
        dues.Add(untilMs, DueKind.Request, request.Shard, ticket);
        return result with { Ticket = ticket };
    }

    /// <summary>The caller went away.</summary>
    public void Abandon(long ticket) => Remove(ticket);

    /// <summary>A request has waited as long as it may.</summary>
    public void Expire(long ticket)
    {
        if (Remove(ticket) is { } waiting)
        {
            effects.Release(ticket, Hint(driver.Find(waiting.Request.Shard)) with { Kind = AdmitKind.Overloaded });
        }
    }

    /// <summary>Looks at the requests of one shard again, first come first served.</summary>
    public void Reevaluate(ShardId shard, long nowMs)
    {
        if (!waiting.TryGetValue(shard, out var line))
        {
            return;
        }

        var still = new List<Waiting>();
        foreach (var waiting in line)
        {
            var result = Decide(waiting.Request, nowMs);
            if (result.Kind is AdmitKind.Queue or AdmitKind.Hold)
            {
                still.Add(waiting);
                continue;
            }

            tickets.Remove(waiting.Ticket);
            effects.Release(waiting.Ticket, result);
        }

        if (still.Count == 0)
        {
            waiting.Remove(shard);
        }
        else
        {
            waiting[shard] = still;
        }
    }

    public void ReevaluateAll(long nowMs)
    {
        foreach (var shard in waiting.Keys.ToArray())
        {
            Reevaluate(shard, nowMs);
        }
    }

    private AdmitResult Decide(in RequestInfo request, long nowMs)
    {
        var shard = driver.Find(request.Shard);
        var live = clock.IsLive(nowMs);
        if (live && shard is not null && TryServe(shard, request, nowMs) is { } served)
        {
            return served;
        }

        var elsewhere = MayForward(shard, request, nowMs);
        if (!live)
        {
            return elsewhere ?? Hint(shard) with { Kind = AdmitKind.Fenced };
        }

        if (request.Nested)
        {
            return Misdirected(shard);
        }

        if (shard is not null && (shard.Kind == ShardRole.Active || shard.IsNext))
        {
            return DecideAsOwnerToBe(shard, request);
        }

        var known = shard is not null && shard.Highest > Seen ? shard.Highest : Seen;
        if (!request.Forwarded && request.Revision > known)
        {
            return new AdmitResult { Kind = AdmitKind.Hold };
        }

        return elsewhere ?? Misdirected(shard);
    }

    private static AdmitResult? TryServe(HostedShard shard, in RequestInfo request, long nowMs)
    {
        // A closed door is not knocked at: the knock would count as a stay for a moment, and hide that the last one
        // left.
        if (shard.Gate.IsOpen && shard.Gate.TryEnter(nowMs, out var admission))
        {
            return new AdmitResult { Kind = AdmitKind.Serve, Admission = admission };
        }

        var besideItsSender = request.Nested && shard.IsYielding && shard.Running is null && shard.Gate.InFlight > 0;
        return besideItsSender && shard.Opening is { } opening
            ? new AdmitResult { Kind = AdmitKind.Serve, Admission = shard.Gate.EnterNested(opening) }
            : null;
    }

    /// <summary>The owner whose Add is on its way queues everything; the next owner queues what is forwarded from the
    /// moment it is ready, and what knows more than its own role (R15).</summary>
    private static AdmitResult DecideAsOwnerToBe(HostedShard shard, in RequestInfo request)
    {
        if (shard.Kind == ShardRole.Active)
        {
            return new AdmitResult { Kind = AdmitKind.Queue };
        }

        var ready = shard.Kind == ShardRole.Prepared || shard.Held == HeldState.Prepared;
        var newer = shard.Role is { } role
            && (request.Revision > role.Revision || request.Generation > role.Generation);
        if (ready && (request.Forwarded || newer))
        {
            return new AdmitResult { Kind = AdmitKind.Queue };
        }

        return newer && !request.Forwarded ? new AdmitResult { Kind = AdmitKind.Hold } : Misdirected(shard);
    }

    /// <summary>One forward at most, and never a nested request: whom it waits for may be waiting for it (R13,
    /// R16).</summary>
    private static AdmitResult? MayForward(HostedShard? shard, in RequestInfo request, long nowMs)
    {
        if (shard is null || request.Forwarded || request.Nested)
        {
            return null;
        }

        if (shard.Role is { Role: ShardRole.Yielding, Next: { } next } role)
        {
            return Hint(shard) with { Kind = AdmitKind.Forward, Owner = next, OwnerAddress = role.NextAddress };
        }

        if (shard.Kind != ShardRole.None || !shard.IsForwarding(nowMs))
        {
            return null;
        }

        return Hint(shard) with
        {
            Kind = AdmitKind.Forward,
            Owner = shard.ForwardTo,
            OwnerAddress = shard.ForwardAddress,
        };
    }

    private static AdmitResult Misdirected(HostedShard? shard) => Hint(shard) with { Kind = AdmitKind.Misdirected };

    private static AdmitResult Hint(HostedShard? shard)
    {
        if (shard?.Heard is not { } heard)
        {
            return new AdmitResult { Kind = AdmitKind.Misdirected };
        }

        var owner = heard.Role is ShardRole.Yielding or ShardRole.Closing ? null : heard.Next;
        return new AdmitResult
        {
            Kind = AdmitKind.Misdirected,
            Owner = owner,
            OwnerAddress = owner is null ? null : heard.NextAddress,
            Revision = heard.Revision,
            Generation = heard.Generation,
        };
    }

    private Waiting? Remove(long ticket)
    {
        if (!tickets.Remove(ticket, out var shard) || !waiting.TryGetValue(shard, out var line))
        {
            return null;
        }

        var index = line.FindIndex(waiting => waiting.Ticket == ticket);
        var removed = line[index];
        line.RemoveAt(index);
        if (line.Count == 0)
        {
            waiting.Remove(shard);
        }

        return removed;
    }

    private sealed record Waiting(long Ticket, RequestInfo Request);
}
