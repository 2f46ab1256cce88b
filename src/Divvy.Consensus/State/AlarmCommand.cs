namespace Divvy.Consensus.State;

/// <summary>Raises an alarm, or ends it. Ending with member 0 ends that kind for every member, ending kind
/// <see cref="AlarmKind.None"/> every kind.</summary>
public sealed record AlarmCommand(Alarm Alarm, bool Raise) : StoreCommand;
