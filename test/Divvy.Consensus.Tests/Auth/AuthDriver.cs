using System.Buffers;
using System.Text;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;

namespace Divvy.Consensus.Tests.Auth;

/// <summary>Applies the commands of one log to keys, users and roles as a member does: rights first. Strings stand for
/// bytes.</summary>
internal sealed class AuthDriver
{
    private long index;

    public AuthDriver() => Authorizer = new Authorizer(Auth, Store);

    public AuthStore Auth { get; } = new();

    public MvccStore Store { get; } = new(new MvccOptions());

    public Authorizer Authorizer { get; }

    /// <summary>With authentication on, and a user <c>alice</c> who has the role <c>r</c>, which allows nothing
    /// yet.</summary>
    public static AuthDriver Enabled()
    {
        var driver = new AuthDriver();
        driver.Change(
            new UserAddCommand("root", "#"),
            new UserGrantRoleCommand("root", "root"),
            new UserAddCommand("alice", "#"),
            new RoleAddCommand("r"),
            new UserGrantRoleCommand("alice", "r"),
            new AuthEnableCommand());
        return driver;
    }

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static KeyRange Key(string key) => KeyRange.Single(Bytes(key));

    public static KeyRange Keys(string start, string end) => KeyRange.FromWire(Bytes(start), Bytes(end));

    public static KeyPermission Permission(PermissionKind kind, string key, string end = "") =>
        new(kind, Bytes(key), Bytes(end));

    public Caller Caller(string user) => new(user, Auth.Revision);

    /// <summary>Applies changes of users and roles that must succeed.</summary>
    public void Change(params AuthCommand[] commands)
    {
        foreach (var command in commands)
            Apply(command).Outcome.ShouldBe(AuthOutcome.Ok, command.ToString());
    }

    public void Allow(PermissionKind kind, string key, string end = "") =>
        Change(new RoleGrantPermissionCommand("r", Permission(kind, key, end)));

    public AuthResult Apply(AuthCommand command) => Auth.Apply(++index, command);

    /// <summary>Applies a command as a member would: or tells why its caller may not.</summary>
    public AuthOutcome Try(Caller? caller, MvccCommand command)
    {
        var outcome = Authorizer.Authorize(caller, command);
        if (outcome == AuthOutcome.Ok)
            Store.Apply(Store.AppliedIndex + 1, command).Outcome.ShouldBe(MvccOutcome.Ok);
        return outcome;
    }

    public AuthOutcome Ask(string user, StoreCommand command) => Authorizer.Authorize(Caller(user), command);

    public byte[] Snapshot()
    {
        var output = new ArrayBufferWriter<byte>();
        Auth.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }
}
