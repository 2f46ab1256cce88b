namespace Divvy.Cli.Journals;

/// <summary>One uninterrupted time in which a session believed that it owned a shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Instance">Who held it.</param>
/// <param name="Session">In which session, if the journal says.</param>
/// <param name="Generation">Under which fencing token.</param>
/// <param name="Start">When it was activated.</param>
/// <param name="End">When it ended; null: no line says so.</param>
/// <param name="AliveAt">The last moment any line of the session proves it to have been alive.</param>
internal sealed record Hold(
    string Shard, string Instance, string? Session, long Generation, long Start, long? End, long AliveAt)
{
    public bool IsHeldBySame(Hold other) => Instance == other.Instance && Session == other.Session;
}
