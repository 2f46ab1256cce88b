using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Tests.Hosting;

/// <summary>A host machine with a session, and what it owed so far.</summary>
internal sealed class HostDriver
{
    public const long TtlMs = 10_000;
    public static readonly ShardId Shard = new("s1");
    private static readonly SessionRef Other = new(new InstanceId("other"), new SessionId(50));

    public HostDriver()
        : this(new HostMachineOptions())
    {
    }

    public HostDriver(HostMachineOptions options)
    {
        Options = options;
        Machine = new HostMachine(options);
        NewSession();
    }

    public HostMachineOptions Options { get; }

    public HostMachine Machine { get; }

    public long NowMs { get; set; } = 1_000;

    public SessionId Session { get; private set; } = new(1);

    public List<HandlerCall> Running { get; } = [];

    public List<HostAck> Acks { get; } = [];

    public List<JournalEvent> Events { get; } = [];

    public List<JournalEntry> Journal { get; } = [];

    public List<long> Cancelled { get; } = [];

    public List<long> EndedTenures { get; } = [];

    public List<HostWarning> Warnings { get; } = [];

    public List<ReleasedRequest> Released { get; } = [];

    public void NewSession()
    {
        Session = new SessionId(Session.Value + 1);
        Machine.BeginSession(NowMs);
        Machine.RegistrationSent(NowMs);
        Machine.SessionGranted(Session, TtlMs, NowMs).ShouldBeTrue();
        Take();
    }

    public RoleAssignment Role(
        ShardRole role, long revision, string shard = "s1", long handedOverAt = 0, long generation = 3) => new(
        new ShardId(shard), new Revision(revision), role, new Generation(generation), HashRange.Full, Other,
        "http://other", new Revision(handedOverAt), "a test");

    public void Give(
        ShardRole role, long revision, string shard = "s1", long handedOverAt = 0, long generation = 3)
    {
        var given = Role(role, revision, shard, handedOverAt, generation);
        Machine.RolesReceived(Session, given.Revision, false, [given], NowMs);
        Take();
    }

    public void GiveSet(long revision, params RoleAssignment[] roles)
    {
        Machine.RolesReceived(Session, new Revision(revision), true, roles, NowMs);
        Take();
    }

    public void FinishNext(HandlerKind expected, HandlerResult? result = null)
    {
        Running.ShouldNotBeEmpty($"{expected} should run");
        var call = Running[0];
        call.Kind.ShouldBe(expected);
        Running.RemoveAt(0);
        Machine.HandlerFinished(call.Operation, result ?? HandlerResult.Success, NowMs).ShouldBeTrue();
        Take();
    }

    /// <summary>Time goes by, with heartbeats that keep the session.</summary>
    public void Pass(long milliseconds)
    {
        var until = NowMs + milliseconds;
        while (NowMs < until)
        {
            NowMs = Math.Min(until, NowMs + 1_000);
            Machine.HeartbeatAcked(Session, Machine.HeartbeatSent(NowMs), TtlMs, NowMs).ShouldBeTrue();
            Machine.Tick(NowMs);
            Take();
        }
    }

    /// <summary>Time goes by until the session's is over.</summary>
    public void LoseTime()
    {
        NowMs = Machine.DeadlineMs + 5_000;
        Machine.Tick(NowMs);
        Take();
    }

    public bool IsServing()
    {
        if (Machine.FindGate(Shard) is not { } gate || !gate.TryEnter(NowMs, out var admission))
        {
            return false;
        }

        admission.Leave();
        return true;
    }

    public Admission Enter()
    {
        Machine.FindGate(Shard)!.TryEnter(NowMs, out var admission).ShouldBeTrue();
        return admission;
    }

    public long Tenure()
    {
        var admission = Enter();
        admission.Leave();
        return admission.Tenure;
    }

    public void Leave(Admission admission)
    {
        if (admission.Leave())
        {
            Machine.RequestsLeft(Shard, NowMs);
        }

        Take();
    }

    public AdmitResult Ask(long revision = 0, bool forwarded = false, long waitMs = 3_000)
    {
        var result = Machine.Admit(
            new RequestInfo(Shard, default, new Revision(revision), forwarded, false, NowMs + waitMs), NowMs);
        Take();
        return result;
    }

    public void Take()
    {
        var ready = Machine.TakeReady();
        EndedTenures.AddRange(ready.EndedTenures);
        Cancelled.AddRange(ready.CancelledOperations);
        Journal.AddRange(ready.Journal);
        Events.AddRange(ready.Journal.Select(entry => entry.Event));
        Acks.AddRange(ready.Acks);
        Released.AddRange(ready.Released);
        Running.AddRange(ready.Calls);
        Warnings.AddRange(ready.Warnings);
    }
}
