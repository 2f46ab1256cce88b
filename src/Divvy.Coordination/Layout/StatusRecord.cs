namespace Divvy.Coordination.Layout;

/// <summary>The value of a status key. It is a key of its own, because writing the session key from outside could
/// detach it from its lease and leave an immortal session (R5).</summary>
public sealed record StatusRecord(OperatorStatus Status);
