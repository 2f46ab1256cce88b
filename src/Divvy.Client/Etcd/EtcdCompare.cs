using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Client.Etcd;

/// <summary>One condition of a transaction. A missing key compares as zero everywhere, except that a condition on its
/// value never holds. Immutable.</summary>
public sealed class EtcdCompare
{
    internal EtcdCompare(Compare message) => Message = message;

    internal Compare Message { get; }

    /// <summary>The key exists.</summary>
    public static EtcdCompare Exists(string key) => CreateRevision(key).NotEqual(0);

    /// <summary>The key does not exist.</summary>
    public static EtcdCompare Missing(string key) => CreateRevision(key).Equal(0);

    /// <summary>Number of changes since creation.</summary>
    public static NumberSubject Version(string key) =>
        new(key, Compare.Types.CompareTarget.Version, static (compare, value) => compare.Version = value);

    /// <summary>Tells a key from another that was created under the same name later.</summary>
    public static NumberSubject CreateRevision(string key) =>
        new(key, Compare.Types.CompareTarget.Create, static (compare, value) => compare.CreateRevision = value);

    /// <summary>The key was not changed since it was read: the compare of an optimistic update.</summary>
    public static NumberSubject ModRevision(string key) =>
        new(key, Compare.Types.CompareTarget.Mod, static (compare, value) => compare.ModRevision = value);

    /// <summary>The lease the key hangs on, 0 for none.</summary>
    public static NumberSubject Lease(string key) =>
        new(key, Compare.Types.CompareTarget.Lease, static (compare, value) => compare.Lease = value);

    /// <summary>The value, in byte order.</summary>
    public static ValueSubject Value(string key) => new(key);

    /// <summary>A number of a key, waiting for what to compare it with.</summary>
    public readonly struct NumberSubject
    {
        private readonly string key;
        private readonly Compare.Types.CompareTarget target;
        private readonly Action<Compare, long> set;

        internal NumberSubject(string key, Compare.Types.CompareTarget target, Action<Compare, long> set) =>
            (this.key, this.target, this.set) = (key, target, set);

        public EtcdCompare Equal(long value) => Build(Compare.Types.CompareResult.Equal, value);

        public EtcdCompare NotEqual(long value) => Build(Compare.Types.CompareResult.NotEqual, value);

        public EtcdCompare Greater(long value) => Build(Compare.Types.CompareResult.Greater, value);

        public EtcdCompare Less(long value) => Build(Compare.Types.CompareResult.Less, value);

        private EtcdCompare Build(Compare.Types.CompareResult result, long value)
        {
            var compare = new Compare { Key = EtcdRange.KeyBytes(key), Target = target, Result = result };
            set(compare, value);
            return new EtcdCompare(compare);
        }
    }

    /// <summary>The value of a key, waiting for what to compare it with.</summary>
    public readonly struct ValueSubject
    {
        private readonly string key;

        internal ValueSubject(string key) => this.key = key;

        public EtcdCompare Equal(ReadOnlyMemory<byte> value) => Build(Compare.Types.CompareResult.Equal, value);

        public EtcdCompare NotEqual(ReadOnlyMemory<byte> value) => Build(Compare.Types.CompareResult.NotEqual, value);

        public EtcdCompare Greater(ReadOnlyMemory<byte> value) => Build(Compare.Types.CompareResult.Greater, value);

        public EtcdCompare Less(ReadOnlyMemory<byte> value) => Build(Compare.Types.CompareResult.Less, value);

        private EtcdCompare Build(Compare.Types.CompareResult result, ReadOnlyMemory<byte> value) => new(new Compare
        {
            Key = EtcdRange.KeyBytes(key),
            Target = Compare.Types.CompareTarget.Value,
            Result = result,
            Value = ByteString.CopyFrom(value.Span),
        });
    }
}
