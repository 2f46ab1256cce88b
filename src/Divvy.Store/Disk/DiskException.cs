namespace Divvy.Store.Disk;

/// <summary>The disk did not do what was asked. The message names the file and what was tried.</summary>
public sealed class DiskException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Another process holds the folder.</summary>
    public bool IsInUse { get; init; }
}
