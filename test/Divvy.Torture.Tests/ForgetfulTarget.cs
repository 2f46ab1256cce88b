using Divvy.Torture.Targets;

namespace Divvy.Torture.Tests;

/// <summary>Members that lose their data whenever they are started.</summary>
internal sealed class ForgetfulTarget(ITarget inner) : ITarget
{
    public string Name => $"forgetful {inner.Name}";

    public bool HasFailpoints => false;

    public MemberCommand Command(MemberSettings member, IReadOnlyList<MemberSettings> all)
    {
        var command = inner.Command(member, all);
        return command with
        {
            FileName = "/bin/sh",
            Arguments = ["-c", "rm -rf \"$0\"; exec \"$@\"", member.DataDirectory, command.FileName, .. command.Arguments],
        };
    }
}
