using System.Globalization;
using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Tests.Assignment.World;

namespace Divvy.Core.Tests.Assignment.Scenarios;

/// <summary>Executes the commands of a scenario (README.md in testdata/ lists them) on the real steps, roles and host
/// machines, and tells what they changed. Nothing moves by itself but what <c>settle</c> and <c>pass</c> say. The
/// world checks the promises after each action, so that no trace can be written down in which two processes own a
/// shard.</summary>
internal sealed class HandoffScenarioRunner
{
    private const int StepMs = 100;
    private const int HeartbeatEveryMs = 1_000;

    private readonly World.World world = new();
    private readonly SortedDictionary<string, ProcessTrace> processes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StoreView> views = new(StringComparer.Ordinal);
    private readonly Dictionary<(SimProcess, ShardId), Revision> told = [];
    private readonly HashSet<SimProcess> slow = [];
    private readonly HashSet<SimProcess> cut = [];
    private readonly HashSet<SimProcess> deaf = [];
    private readonly List<string> output = [];
    private readonly StoreTrace store;
    private int saidAcks;
    private int deliveredAcks;
    private int lastRequest;

    public HandoffScenarioRunner() => store = new StoreTrace(world.Store);

    public IEnumerable<string> Execute(string command)
    {
        output.Clear();
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0].EndsWith(':'))
            ControlFromView(words[0].TrimEnd(':'), words[1..]);
        else if (!ExecuteOnWorld(words) && !ExecuteOnProcess(words))
            Control("the controller", words, world.Store.Current);
        Report();
        return [.. output];
    }

    private bool ExecuteOnWorld(string[] words)
    {
        switch (words[0])
        {
            case "instances":
                foreach (var name in words[1..])
                    Start(name);
                return true;
            case "shard":
                Create(new ShardId(words[1]), words.Length > 2 ? SessionOf(words[2]) : null);
                return true;
            case "looks":
                views[words[1]] = world.Store.Current;
                return true;
            case "deliver":
                DeliverAcks();
                return true;
            case "drop":
                output.Add($"{world.Acks.Count - deliveredAcks} acknowledgements are lost");
                deliveredAcks = world.Acks.Count;
                return true;
            case "settle":
                Settle();
                return true;
            case "pass":
                Pass(int.Parse(words[1], CultureInfo.InvariantCulture));
                return true;
            case "answer":
                Answer(int.Parse(words[1], CultureInfo.InvariantCulture));
                return true;
            case "status":
                Status();
                return true;
            default:
                return false;
        }
    }

    private bool ExecuteOnProcess(string[] words)
    {
        if (words.Length < 2 || !processes.TryGetValue(words[1], out var trace))
            return false;
        var process = trace.Process;
        switch (words[0])
        {
            case "register":
                Register(process);
                return true;
            case "tell":
                Tell(process, words[2], words.Length > 3 ? At(words[3]) : null);
                return true;
            case "tell-all":
                TellAll(process, words.Length > 2 ? At(words[2]) : null);
                return true;
            case "again":
                var acks = world.Acks.Where(ack => ack.Session == process.Session || ack.Session.Instance == process.Instance);
                Deliver(acks.First(ack => HandoffText.Kind(ack.Kind) == words[2] && ack.Revision == At(words[3])));
                return true;
            case "finish":
                world.Finish(process, words.Length > 2 ? Result(words[2]) : HandlerResult.Success);
                return true;
            case "request":
                Ask(trace, words);
                return true;
            case "leave":
                Leave(process);
                return true;
            default:
                return Disturb(words[0], process);
        }
    }

    private bool Disturb(string command, SimProcess process)
    {
        switch (command)
        {
            case "slow":
                return slow.Add(process);
            case "fast":
                return slow.Remove(process);
            case "cut":
                return cut.Add(process);
            case "deaf":
                return deaf.Add(process);
            case "heal":
                return cut.Remove(process) | deaf.Remove(process);
            case "pause":
                process.PausedUntilMs = long.MaxValue;
                return true;
            case "resume":
                process.PausedUntilMs = long.MinValue;
                return true;
            case "crash":
                world.Crash(process);
                output.Add($"{process.Name} is no more");
                return true;
            default:
                return false;
        }
    }

    /// <summary>A step that somebody decides by what it last saw of the store; <c>two+:</c> has read the record since,
    /// and not the sessions.</summary>
    private void ControlFromView(string who, string[] words)
    {
        var view = views[who.TrimEnd('+')];
        Control(
            who.TrimEnd('+'), words, who.EndsWith('+') ? view with { Shards = world.Store.Current.Shards } : view);
    }

    private void Control(string who, string[] words, StoreView view)
    {
        var outcome = words.Length > 1 && view.Shards.TryGetValue(new ShardId(words[1]), out var shard)
            ? Decide(words, shard, view)
            : throw new FormatException($"there is no command '{string.Join(' ', words)}'");
        if (!outcome.IsStep)
            output.Add($"{who} finds nothing to do: {outcome.Refusal}");
        else if (!world.Store.Commit(outcome.Step))
            output.Add($"the store refuses {who}: {HandoffText.Refusal(outcome.Step, world.Store.Current)}");
    }

    private StepOutcome Decide(string[] words, VersionedShard shard, StoreView view) => words[0] switch
    {
        "move" => Handoff.BeginMove(shard, SessionOf(words[2]), "a move"),
        "cancel" => Handoff.Cancel(shard, "called off"),
        "assign" when shard.Record.Owner is null => Handoff.Assign(shard, SessionOf(words[2]), "chosen"),
        "assign" => Handoff.Takeover(shard, SessionOf(words[2]), "chosen"),
        "standby" => Handoff.SetStandbys(shard, [SessionOf(words[2])], "kept warm"),
        "close" => Handoff.Close(shard, "not needed"),
        "proceed" => Handoff.ProceedWithoutAcknowledgement(
            shard, OwnershipMode.Exclusive, world.Store.NamespaceRevision, "it takes too long"),
        "repair" => Examine(shard, view),
        _ => throw new FormatException($"there is no command '{words[0]}'"),
    };

    private StepOutcome Examine(VersionedShard shard, StoreView view)
    {
        var finding = Repair.Examine(shard, view);
        if (finding.Step is { } step)
            return step;
        output.Add($"{shard.Record.Shard} needs {Words(finding.Need)}");
        return StepRefusal.NothingToChange;
    }

    /// <summary>An instance's name is a letter; its later processes have a number behind it: a, a2, a3.</summary>
    private void Start(string name)
    {
        var process = world.Start(name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), name: name);
        processes.Add(name, new ProcessTrace(process));
        Register(process);
    }

    private void Register(SimProcess process)
    {
        if (!world.Register(process))
        {
            output.Add($"{process.Name} is refused: the id {process.Instance} is held");
            return;
        }

        Report();
        TellAll(process, null);
    }

    private void Create(ShardId id, SessionRef? owner)
    {
        var now = world.Store.Current;
        var floor = now.Deleted.ContainsKey(id) ? GenerationFloor.AfterDeletion(now.Revision) : default;
        world.Create(id.Value, owner, floor);
    }

    private void Tell(SimProcess process, string shard, Revision? at)
    {
        world.Tell(process, shard, at);
        if (at is null)
            told[(process, new ShardId(shard))] = world.Store.Current.Revision;
    }

    private void TellAll(SimProcess process, Revision? at)
    {
        world.TellAll(process, at);
        foreach (var shard in AllShards())
            told[(process, shard)] = world.Store.Current.Revision;
    }

    private IEnumerable<ShardId> AllShards() => world.Store.Current.Shards.Keys.Concat(world.Store.Current.Deleted.Keys);

    /// <summary>Servers tell what is new, handlers end, acknowledgements and repairs become steps, until nothing is
    /// left.</summary>
    private void Settle()
    {
        for (var round = 0; round < 100; round++)
        {
            var before = (world.Store.Current.Revision, world.Acks.Count);
            var moved = TellNews() | FinishHandlers();
            moved |= deliveredAcks < world.Acks.Count;
            DeliverAcks();
            RepairAll();
            if (!moved && before == (world.Store.Current.Revision, world.Acks.Count))
                return;
        }

        throw new InvalidOperationException("the world never settles");
    }

    private bool TellNews()
    {
        var any = false;
        foreach (var process in world.Processes.Where(Hears))
        {
            foreach (var shard in AllShards().ToList())
            {
                var last = world.Store.Current.Shards.TryGetValue(shard, out var found)
                    ? found.Revision
                    : world.Store.Current.Deleted[shard].At;
                if (told.GetValueOrDefault((process, shard)) >= last)
                    continue;
                any = true;
                Tell(process, shard.Value, null);
                Report();
            }
        }

        return any;
    }

    private bool FinishHandlers()
    {
        var any = false;
        foreach (var process in world.Processes.Where(it => it.Runs(world.NowMs) && !slow.Contains(it)))
        {
            while (process.Running.Count > 0)
            {
                any = true;
                world.Finish(process, HandlerResult.Success);
                Report();
            }
        }

        return any;
    }

    private void DeliverAcks()
    {
        Report();
        while (deliveredAcks < world.Acks.Count)
        {
            var ack = world.Acks[deliveredAcks++];
            if (world.Processes.Find(process => process.Session == ack.Session) is { } sender && cut.Contains(sender))
                output.Add($"{HandoffText.Of(ack)} is lost on the way");
            else
                Deliver(ack);
            Report();
        }
    }

    private void Deliver(AckFromInstance ack)
    {
        var refusal = world.Process(ack);
        var isAwaited = ack.Kind is AckKind.Ready or AckKind.Yielded or AckKind.Failed;
        if (isAwaited && refusal is not (StepRefusal.None or StepRefusal.Informative))
            output.Add($"{HandoffText.Of(ack)} counts for nothing: {refusal}");
    }

    private void RepairAll()
    {
        foreach (var shard in world.Store.Current.Shards.Values)
        {
            if (Repair.Examine(shard, world.Store.Current).Step is { } step && world.Store.Commit(step))
                Report();
        }
    }

    /// <summary>Time goes by: processes that run heartbeat every second, the store ends what nobody renewed.</summary>
    private void Pass(int milliseconds)
    {
        for (var until = world.NowMs + milliseconds; world.NowMs < until; Report())
        {
            world.NowMs += StepMs;
            foreach (var process in world.Processes.Where(it => it.Runs(world.NowMs)).ToList())
            {
                world.Tick(process);
                Report();
                if (world.NowMs % HeartbeatEveryMs == 0 && process.Session is not null && !cut.Contains(process))
                    Beat(process);
            }

            foreach (var session in world.Store.Current.Live.Where(it => world.Store.IsDue(it, world.NowMs)).ToList())
                world.Store.End(session);
        }
    }

    private void Beat(SimProcess process)
    {
        world.SendHeartbeat(process);
        world.ServeHeartbeat(world.Heartbeats.Count - 1);
        if (deaf.Contains(process))
            world.HeartbeatAcks.Clear();
        else if (world.HeartbeatAcks.Count > 0)
            world.DeliverHeartbeatAck(world.HeartbeatAcks.Count - 1);
        Report();
    }

    /// <summary>A client asks an instance; one that is not the owner any more sends the request on.</summary>
    private void Ask(ProcessTrace trace, string[] words)
    {
        var request = ++lastRequest;
        var knows = words.Length > 4 ? At(words[4]) : Revision.None;
        var result = Ask(trace, request, words[2], knows, forwarded: false);
        if (result is { Kind: AdmitKind.Forward, Owner: { } next }
            && processes.Values.FirstOrDefault(other => other.Process.Session == next) is { } owner)
        {
            Ask(owner, request, words[2], knows, forwarded: true);
        }
    }

    private AdmitResult Ask(ProcessTrace trace, int request, string shard, Revision knows, bool forwarded)
    {
        var result = world.Ask(trace.Process, world.Request(shard, knows, forwarded));
        trace.Decided(request, result);
        output.Add($"request {request} comes to {trace.Process.Name} and {HandoffText.Of(result)}");
        Report();
        return result;
    }

    private void Answer(int request)
    {
        var trace = processes.Values.First(it => it.PositionOf(request) >= 0);
        var index = trace.PositionOf(request);
        var mayRelease = trace.Process.Inside[index].Admission.MayRelease(trace.Process.Local(world.NowMs));
        output.Add(mayRelease
            ? $"request {request} is answered by {trace.Process.Name}"
            : $"request {request} gets 503 from {trace.Process.Name}: the shard was lost meanwhile");
        trace.Answered(request);
        world.Leave(trace.Process, index);
    }

    /// <summary>The process goes in peace: it drops what it holds and then ends its own session.</summary>
    private void Leave(SimProcess process)
    {
        process.Machine.EndSession(process.Local(world.NowMs));
        world.Tick(process);
        Report();
        world.FinishAll(process);
        Report();
        if (!process.Machine.IsEmpty || process.Session is not { } session)
        {
            output.Add($"{process.Name} may not deregister yet: it still holds something");
            return;
        }

        world.Store.End(session);
        process.Session = null;
    }

    private void Status()
    {
        foreach (var shard in world.Store.Current.Shards.Values)
            output.Add(HandoffText.Of(shard));
        foreach (var shard in AllShards())
        {
            var owners = world.Believers(shard.Value).Select(process => process.Name).ToList();
            output.Add(owners.Count == 0 ? $"nobody serves {shard}" : $"{string.Join(" and ", owners)} serves {shard}");
        }
    }

    private void Report()
    {
        foreach (var trace in processes.Values)
            output.AddRange(trace.News());
        for (; saidAcks < world.Acks.Count; saidAcks++)
        {
            var ack = world.Acks[saidAcks];
            var sender = world.Processes.Find(process => process.Session == ack.Session)?.Name;
            output.Add($"{sender ?? ack.Session.ToString()} says {HandoffText.Of(ack)}");
        }

        output.AddRange(store.News());
    }

    private static string Words(RepairNeed need) => need switch
    {
        RepairNeed.NewOwner => "a new owner",
        RepairNeed.FirstOwner => "a first owner",
        RepairNeed.Acknowledgement => "an acknowledgement",
        _ => "nothing",
    };

    private bool Hears(SimProcess process) =>
        process.Runs(world.NowMs) && process.Session is not null && !cut.Contains(process) && !deaf.Contains(process);

    private SessionRef SessionOf(string name) =>
        processes[name].Process.Session ?? throw new FormatException($"{name} has no session");

    private static Revision At(string word) => new(long.Parse(word, CultureInfo.InvariantCulture));

    private static HandlerResult Result(string word) => word switch
    {
        "handover" => HandlerResult.SuccessWithHandOver,
        "fail" => HandlerResult.Failure("it broke"),
        _ => throw new FormatException($"there is no result '{word}'"),
    };
}
