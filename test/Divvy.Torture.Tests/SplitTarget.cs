using Divvy.Torture.Targets;

namespace Divvy.Torture.Tests;

/// <summary>Members each of which is a cluster of its own.</summary>
internal sealed class SplitTarget(ITarget inner) : ITarget
{
    public string Name => $"split {inner.Name}";

    public bool HasFailpoints => false;

    public MemberCommand Command(MemberSettings member, IReadOnlyList<MemberSettings> all) =>
        inner.Command(member, [member]);
}
