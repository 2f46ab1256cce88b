namespace Divvy.Store.Snapshots;

/// <summary>A snapshot file is not as it was written. The message names the file and the offset.</summary>
public sealed class SnapshotDamagedException(string file, long offset, string what)
    : IOException($"the snapshot is damaged: {file} at offset {offset}: {what}. "
        + "Restore this member from another snapshot, or remove it and let it join again with an empty data folder.")
{
    public string FileName { get; } = file;

    public long Offset { get; } = offset;
}
