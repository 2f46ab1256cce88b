namespace Divvy.Histories.KeyValue;

/// <summary>One key as of one revision, with etcd's meaning of every number. Keys and values are text here: what a test writes.
/// </summary>
public sealed record KeyRecord(
    string Key, string Value, long CreateRevision, long ModRevision, long Version, long Lease = 0)
{
    public override string ToString() =>
        $"{Key}={Value} (created {CreateRevision}, changed {ModRevision}, version {Version}"
        + (Lease == 0 ? ")" : $", lease {Lease:x})");
}
