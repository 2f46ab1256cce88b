namespace Divvy.Histories.KeyValue;

/// <summary>One change of one key.</summary>
/// <param name="IsDelete">The key is gone; of its record only key and mod revision then mean anything.</param>
/// <param name="Record">The key after the change.</param>
public sealed record StoreEvent(bool IsDelete, KeyRecord Record)
{
    public string Key => Record.Key;

    public long Revision => Record.ModRevision;

    public static StoreEvent Put(KeyRecord record) => new(false, record);

    public static StoreEvent Delete(string key, long revision) => new(true, new KeyRecord(key, "", 0, revision, 0));

    /// <summary>A put that is the first of its key, or the first after a delete.</summary>
    public bool IsCreate => !IsDelete && Record.Version == 1;

    public override string ToString() => IsDelete ? $"delete {Key} at {Revision}" : $"put {Record}";
}
