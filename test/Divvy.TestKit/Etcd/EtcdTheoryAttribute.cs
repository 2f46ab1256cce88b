using Xunit;

namespace Divvy.TestKit.Etcd;

/// <summary>A theory that needs a real etcd; see <see cref="EtcdFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EtcdTheoryAttribute : TheoryAttribute
{
    public EtcdTheoryAttribute() => Skip = EtcdBinary.SkipReason;
}
