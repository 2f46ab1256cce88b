namespace Divvy.Torture.Targets;

/// <summary>A store that can be tortured: how one member of it is started. The only place that knows its flags.</summary>
public interface ITarget
{
    string Name { get; }

    /// <summary>Its members listen for gofail's protocol on <see cref="MemberSettings.FailpointPort"/>.</summary>
    bool HasFailpoints { get; }

    MemberCommand Command(MemberSettings member, IReadOnlyList<MemberSettings> all);
}
