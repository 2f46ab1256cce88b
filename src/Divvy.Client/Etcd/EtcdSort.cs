namespace Divvy.Client.Etcd;

/// <summary>What a range is sorted by. Anything but ascending keys makes the store read the whole range
/// first.</summary>
public enum EtcdSort
{
    Key = 0,
    Version = 1,
    CreateRevision = 2,
    ModRevision = 3,
    Value = 4,
}
