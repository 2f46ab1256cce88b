namespace Divvy.Store.Wal;

/// <summary>The log is damaged in a way that a crash cannot explain; going on could lose acknowledged writes. The
/// message names the
/// file and the offset.</summary>
public sealed class WalDamagedException(string place, string file, long offset, string what)
    : IOException($"the write-ahead log is damaged: {Path.Combine(place, file)} at offset {offset}: {what}. "
        + "Restore this member from a snapshot, or remove it and let it join again with an empty data folder.")
{
    public string FileName { get; } = file;

    public long Offset { get; } = offset;
}
