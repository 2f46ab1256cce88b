using System.Collections.Immutable;

namespace Divvy.Consensus.State;

/// <summary>The alarms in force, as replicated by the log.</summary>
public sealed class AlarmBook
{
    private readonly SortedSet<Alarm> alarms = [];

    public IReadOnlyCollection<Alarm> All => alarms;

    public bool IsActive(AlarmKind kind)
    {
        foreach (var alarm in alarms)
        {
            if (alarm.Kind == kind)
                return true;
        }

        return false;
    }

    /// <summary>Returns what changed.</summary>
    public ImmutableArray<Alarm> Apply(AlarmCommand command)
    {
        if (command.Raise)
            return alarms.Add(command.Alarm) ? [command.Alarm] : [];
        var ended = alarms.Where(alarm => Matches(command.Alarm, alarm)).ToImmutableArray();
        alarms.ExceptWith(ended);
        return ended;
    }

    private static bool Matches(Alarm asked, Alarm alarm) =>
        (asked.Member.IsNone || asked.Member == alarm.Member)
        && (asked.Kind == AlarmKind.None || asked.Kind == alarm.Kind);
}
