using Divvy.Consensus.Raft;

namespace Divvy.Store.Wal;

/// <summary>What a log held when it was opened.</summary>
/// <param name="Identity">Whose it is.</param>
/// <param name="HardState">The last one.</param>
/// <param name="Snapshots">The snapshots it speaks of, oldest first.</param>
/// <param name="Entries">The entries in order; those that later ones replaced are gone.</param>
/// <param name="Repair">What was cut from the end because a crash had torn it; null: nothing.</param>
public sealed record WalContent(
    WalIdentity Identity,
    HardState HardState,
    IReadOnlyList<EntryId> Snapshots,
    IReadOnlyList<Entry> Entries,
    string? Repair);
