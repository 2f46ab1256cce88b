namespace Divvy.Histories.KeyValue;

/// <summary>What of a key a transaction compares.</summary>
public enum CompareTarget
{
    Version,
    CreateRevision,
    ModRevision,
    Value,
    Lease,
}
