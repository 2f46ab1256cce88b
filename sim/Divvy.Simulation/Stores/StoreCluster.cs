using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;
using Divvy.Store;

namespace Divvy.Simulation.Stores;

/// <summary>The members of a store, on hosts of their own.</summary>
internal sealed class StoreCluster
{
    public StoreCluster(SimWorld world, SimNetwork network, StoreShape shape, RunReport report, int members)
    {
        (World, Network, Shape, Report) = (world, network, shape, report);
        Raft = new RaftInvariants(text => report.Violated("raft", text));
        Members = [.. Enumerable.Range(1, members).Select(number => new StoreMember(this, $"member-{number}"))];
        Succession = new Succession(this, world.Fork("succession"));
        LongReign = new LongReign(this, world.Fork("long reign"));
        ChangeSplit = new ChangeSplit(this, world.Fork("change split"));
        Founders = [.. Members.Select(member => new InitialMember(member.Name, [member.PeerUrl]))];
    }

    public SimWorld World { get; }

    public SimNetwork Network { get; }

    public StoreShape Shape { get; }

    public RunReport Report { get; }

    public RaftInvariants Raft { get; }

    /// <summary>What may befall members right after they were elected.</summary>
    public Succession Succession { get; }

    /// <summary>What may befall all members after a long time under one leader.</summary>
    public LongReign LongReign { get; }

    /// <summary>What may part members that are told of changes of their membership.</summary>
    public ChangeSplit ChangeSplit { get; }

    public IReadOnlyList<StoreMember> Members { get; }

    /// <summary>The member that says so itself, the one of the newest term if there are several; null: none
    /// does.</summary>
    public StoreMember? Leader => Members
        .Where(member => member.Store is { } store && store.RaftView.Leader.Value == store.MemberId)
        .MaxBy(member => member.Store!.RaftView.Term);

    public IReadOnlyList<InitialMember> Founders { get; }

    /// <summary>The member that leads in the newest term that any member has heard of; null: that has no leader yet. A
    /// former one may still believe that it leads.</summary>
    public StoreMember? NewestLeader
    {
        get
        {
            var newest = Members.Where(member => member.IsUp).MaxBy(member => member.Store!.RaftView.Term.Value);
            return newest is null ? null : Members.FirstOrDefault(member => member.IsUp
                && member.Store!.RaftView.Term == newest.Store!.RaftView.Term
                && member.Store.RaftView.Leader.Value == member.Store.MemberId);
        }
    }

    /// <summary>One of its members is on this host, or was.</summary>
    public bool IsMember(string host) => Members.Any(member => member.Name == host);

    /// <summary>A link between two hosts is one between members.</summary>
    public bool AreMembers(string one, string other) => IsMember(one) && IsMember(other);

    public void StartAll()
    {
        foreach (var member in Members)
            member.Start();
    }

    /// <summary>Ends everything that is wrong with hosts and disks; all run from then on.</summary>
    public void HealAll()
    {
        Network.HealAll();
        foreach (var member in Members)
        {
            member.Platter.Faults.Heal();
            member.Process?.Resume();
            if (member.Process?.Clock is SimClock clock)
                clock.Drift = 0;
            member.Start();
        }
    }
}
