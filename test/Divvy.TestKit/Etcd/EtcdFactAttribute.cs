using Xunit;

namespace Divvy.TestKit.Etcd;

/// <summary>A fact that needs a real etcd; skipped, with a reason that cannot be overlooked, where there is none.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EtcdFactAttribute : FactAttribute
{
    public EtcdFactAttribute() => Skip = EtcdBinary.SkipReason;
}
