using System.Globalization;
using Divvy.Torture.Links;
using Divvy.Torture.Members;

namespace Divvy.Torture.Faults;

/// <summary>Pauses members and cuts them off, without killing anybody.</summary>
public sealed class Disturber(Cluster cluster)
{
    public static bool Handles(FaultKind kind) => kind >= FaultKind.Pause;

    /// <summary>Does it, waits, undoes it, and says what it did.</summary>
    public async Task<string> RunAsync(FaultPlan plan, IReadOnlyList<Member> victims)
    {
        if (plan.Kind == FaultKind.Pause)
            await PauseAsync(plan, victims);
        else
            await CutAsync(plan, victims);
        var ending = plan.Kind == FaultKind.Pause ? "" : plan.Loses ? ", lossy" : ", late";
        return string.Create(
            CultureInfo.InvariantCulture, $"{Name(plan.Kind)} for {plan.Lasts.TotalMilliseconds} ms{ending}:");
    }

    private static async Task PauseAsync(FaultPlan plan, IReadOnlyList<Member> victims)
    {
        foreach (var victim in victims)
            victim.Pause();
        await Task.Delay(plan.Lasts);
        foreach (var victim in victims)
            victim.Resume();
    }

    private async Task CutAsync(FaultPlan plan, IReadOnlyList<Member> victims)
    {
        cluster.Network.Links.Cut(victims.SelectMany(victim => LinksOf(plan.Kind, victim.Name)));
        await Task.Delay(plan.Lasts);
        cluster.Network.Links.Heal(plan.Loses);
    }

    private IEnumerable<(string From, string To)> LinksOf(FaultKind kind, string victim)
    {
        List<string> others = [.. cluster.Members.Select(member => member.Name).Where(name => name != victim)];
        var outgoing = others.Select(other => (victim, other));
        var incoming = others.Select(other => (other, victim));
        return kind switch
        {
            FaultKind.Mute => outgoing,
            FaultKind.Deafen => incoming,
            FaultKind.CutOneLink => [(victim, others[0]), (others[0], victim)],
            FaultKind.CutClients => [(LinkTable.Clients, victim), (victim, LinkTable.Clients)],
            _ => outgoing.Concat(incoming),
        };
    }

    private static string Name(FaultKind kind) => kind switch
    {
        FaultKind.Pause => "pause",
        FaultKind.Mute => "mute",
        FaultKind.Deafen => "deafen",
        FaultKind.CutOneLink => "cut one link",
        FaultKind.CutClients => "cut clients",
        _ => "isolate",
    };
}
