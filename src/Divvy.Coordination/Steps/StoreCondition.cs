using Divvy.Client.Etcd;

namespace Divvy.Coordination.Steps;

/// <summary>One thing a transaction compares, in a form that can also be judged here: when a transaction of many steps
/// is refused, its other branch reads every compared key, and the steps whose conditions fail are known at
/// once.</summary>
internal readonly record struct StoreCondition(StoreConditionKind Kind, string Key, long Value)
{
    /// <summary>The key was not changed since (0: it does not exist).</summary>
    public static StoreCondition Unchanged(string key, long modRevision) =>
        new(StoreConditionKind.ModRevisionIs, key, modRevision);

    /// <summary>The key is the one created at this revision.</summary>
    public static StoreCondition CreatedAt(string key, long createRevision) =>
        new(StoreConditionKind.CreateRevisionIs, key, createRevision);

    /// <summary>The session key hangs on this lease: the session lives.</summary>
    public static StoreCondition OnLease(string key, long lease) => new(StoreConditionKind.LeaseIs, key, lease);

    /// <summary>The session key does not hang on this lease: the session is gone.</summary>
    public static StoreCondition NotOnLease(string key, long lease) => new(StoreConditionKind.LeaseIsNot, key, lease);

    public EtcdCompare ToCompare() => Kind switch
    {
        StoreConditionKind.ModRevisionIs => EtcdCompare.ModRevision(Key).Equal(Value),
        StoreConditionKind.CreateRevisionIs => EtcdCompare.CreateRevision(Key).Equal(Value),
        StoreConditionKind.LeaseIs => EtcdCompare.Lease(Key).Equal(Value),
        _ => EtcdCompare.Lease(Key).NotEqual(Value),
    };

    /// <summary>Whether it holds for the key as it was read; null: the key does not exist.</summary>
    public bool Holds(Kv? kv) => Kind switch
    {
        StoreConditionKind.ModRevisionIs => (kv?.ModRevision ?? 0) == Value,
        StoreConditionKind.CreateRevisionIs => (kv?.CreateRevision ?? 0) == Value,
        StoreConditionKind.LeaseIs => (kv?.Lease ?? 0) == Value,
        _ => (kv?.Lease ?? 0) != Value,
    };
}
