using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>How long the current session may be believed (R18). Every credit counts from an instant before the store
/// can have granted it: a renewal from the sending of the heartbeat it answers, a registration from its first
/// request.</summary>
internal sealed class SessionClock(HostMachineOptions options)
{
    private readonly SortedDictionary<ulong, long> sentAtMs = [];
    private ulong lastNumber;
    private long? firstRequestMs;

    public SessionId Session { get; private set; }

    public SessionDeadline Deadline { get; private set; } = new();

    public bool IsLive(long nowMs) => Deadline.Covers(nowMs);

    /// <summary>A new attempt, under a new nonce: nothing of the former counts.</summary>
    public void Begin()
    {
        End();
        firstRequestMs = null;
    }

    public void RegistrationSent(long nowMs) => firstRequestMs ??= nowMs;

    public bool Granted(SessionId session, long ttlMs)
    {
        if (session.IsNone || ttlMs <= 0 || firstRequestMs is not { } sentMs
            || (!Session.IsNone && Session != session))
        {
            return false;
        }

        if (Session.IsNone)
        {
            Deadline = new SessionDeadline();
            sentAtMs.Clear();
        }

        Session = session;
        Credit(sentMs, ttlMs);
        return true;
    }

    /// <summary>Numbers grow over all sessions, so that a number never means two heartbeats.</summary>
    public ulong HeartbeatSent(long nowMs)
    {
        lastNumber++;
        sentAtMs[lastNumber] = nowMs;
        if (sentAtMs.Count > options.MaxOutstandingHeartbeats)
        {
            sentAtMs.Remove(sentAtMs.First().Key);
        }

        return lastNumber;
    }

    public bool Acked(SessionId session, ulong number, long ttlMs)
    {
        if (Session.IsNone || session != Session || ttlMs <= 0 || !sentAtMs.Remove(number, out var sentMs))
        {
            return false;
        }

        Credit(sentMs, ttlMs);
        return true;
    }

    public void End()
    {
        Deadline.End();
        Session = SessionId.None;
        sentAtMs.Clear();
        firstRequestMs = null;
    }

    private void Credit(long sentMs, long ttlMs) =>
        Deadline.MoveTo(Math.Max(Deadline.AtMs, sentMs + ttlMs - options.MarginMs(ttlMs)));
}
