namespace Divvy.Client.Etcd;

/// <summary>One change of one key.</summary>
/// <param name="Type">Put or delete.</param>
/// <param name="Kv">The key after the change; of a deleted key only name and mod revision are known.</param>
/// <param name="Previous">The key before, if it was asked for, existed, and was not compacted.</param>
public sealed record WatchEvent(WatchEventType Type, Kv Kv, Kv? Previous)
{
    public string Key => Kv.Key;

    public bool IsDelete => Type == WatchEventType.Delete;

    /// <summary>The put that created the key.</summary>
    public bool IsCreate => Type == WatchEventType.Put && Kv.CreateRevision == Kv.ModRevision;
}
