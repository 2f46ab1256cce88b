using Divvy.Consensus.Auth;
using static Divvy.Consensus.Tests.Auth.AuthDriver;

namespace Divvy.Consensus.Tests.Auth;

public sealed class AuthStoreTests
{
    private readonly AuthDriver driver = new();

    private AuthStore Auth => driver.Auth;

    [Fact]
    public void Enable_WithoutRootUserOrRole_IsRefused()
    {
        driver.Apply(new AuthEnableCommand()).Outcome.ShouldBe(AuthOutcome.RootUserMissing);
        driver.Change(new UserAddCommand("root", "#"));
        driver.Apply(new AuthEnableCommand()).Outcome.ShouldBe(AuthOutcome.RootRoleMissing);
        driver.Change(new UserGrantRoleCommand("root", "root"));

        driver.Apply(new AuthEnableCommand()).Outcome.ShouldBe(AuthOutcome.Ok);

        Auth.IsEnabled.ShouldBeTrue();
        driver.Apply(new AuthEnableCommand()).Outcome.ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void Revision_EveryChange_RaisesItByOne_EnablingDoesNot()
    {
        Auth.Revision.ShouldBe(AuthStore.FirstRevision);
        AuthCommand[] changes =
        [
            new UserAddCommand("root", "#"), new UserGrantRoleCommand("root", "root"), new RoleAddCommand("r"),
            new RoleGrantPermissionCommand("r", Permission(PermissionKind.Read, "a")),
            new UserAddCommand("u", null), new UserChangePasswordCommand("u", "#"), new UserGrantRoleCommand("u", "r"),
            new UserRevokeRoleCommand("u", "r"), new RoleRevokePermissionCommand("r", Bytes("a"), default),
            new RoleDeleteCommand("r"), new UserDeleteCommand("u"),
        ];
        foreach (var change in changes)
        {
            var before = Auth.Revision;
            driver.Apply(change).AuthRevision.ShouldBe(before + 1, change.ToString());
        }
        var last = Auth.Revision;

        driver.Apply(new AuthEnableCommand()).AuthRevision.ShouldBe(last);
        driver.Apply(new AuthDisableCommand()).AuthRevision.ShouldBe(last + 1);
        driver.Apply(new AuthDisableCommand()).AuthRevision.ShouldBe(last + 1);
    }

    [Fact]
    public void Users_WhatCannotBe_IsRefusedAndChangesNothing()
    {
        driver.Change(new UserAddCommand("u", "#"), new RoleAddCommand("r"));
        var before = driver.Snapshot();

        driver.Apply(new UserAddCommand("", "#")).Outcome.ShouldBe(AuthOutcome.UserNameEmpty);
        driver.Apply(new UserAddCommand("u", "#")).Outcome.ShouldBe(AuthOutcome.UserExists);
        driver.Apply(new UserDeleteCommand("x")).Outcome.ShouldBe(AuthOutcome.UserNotFound);
        driver.Apply(new UserChangePasswordCommand("x", "#")).Outcome.ShouldBe(AuthOutcome.UserNotFound);
        driver.Apply(new UserGrantRoleCommand("x", "r")).Outcome.ShouldBe(AuthOutcome.UserNotFound);
        driver.Apply(new UserGrantRoleCommand("u", "x")).Outcome.ShouldBe(AuthOutcome.RoleNotFound);
        driver.Apply(new UserRevokeRoleCommand("x", "r")).Outcome.ShouldBe(AuthOutcome.UserNotFound);
        driver.Apply(new UserRevokeRoleCommand("u", "r")).Outcome.ShouldBe(AuthOutcome.RoleNotGranted);

        driver.Snapshot().ShouldBe(before);
    }

    [Fact]
    public void Roles_WhatCannotBe_IsRefusedAndChangesNothing()
    {
        driver.Change(
            new RoleAddCommand("r"), new RoleGrantPermissionCommand("r", Permission(PermissionKind.Read, "a", "b")));
        var before = driver.Snapshot();

        driver.Apply(new RoleAddCommand("")).Outcome.ShouldBe(AuthOutcome.RoleNameEmpty);
        driver.Apply(new RoleAddCommand("r")).Outcome.ShouldBe(AuthOutcome.RoleExists);
        driver.Apply(new RoleDeleteCommand("x")).Outcome.ShouldBe(AuthOutcome.RoleNotFound);
        driver.Apply(new RoleGrantPermissionCommand("x", Permission(PermissionKind.Read, "a")))
            .Outcome.ShouldBe(AuthOutcome.RoleNotFound);
        driver.Apply(new RoleRevokePermissionCommand("x", Bytes("a"), default))
            .Outcome.ShouldBe(AuthOutcome.RoleNotFound);
        driver.Apply(new RoleRevokePermissionCommand("r", Bytes("a"), default))
            .Outcome.ShouldBe(AuthOutcome.PermissionNotGranted);

        driver.Snapshot().ShouldBe(before);
    }

    [Fact]
    public void Root_WhileEnabled_CannotBeTakenAway()
    {
        driver.Change(
            new UserAddCommand("root", "#"), new RoleAddCommand("root"), new UserGrantRoleCommand("root", "root"),
            new AuthEnableCommand());

        driver.Apply(new UserDeleteCommand("root")).Outcome.ShouldBe(AuthOutcome.InvalidManagement);
        driver.Apply(new RoleDeleteCommand("root")).Outcome.ShouldBe(AuthOutcome.InvalidManagement);
        driver.Apply(new UserRevokeRoleCommand("root", "root")).Outcome.ShouldBe(AuthOutcome.InvalidManagement);

        driver.Change(new AuthDisableCommand(), new RoleDeleteCommand("root"), new UserDeleteCommand("root"));
    }

    [Fact]
    public void RoleDelete_GrantedToUsers_IsTakenFromThem()
    {
        driver.Change(
            new UserAddCommand("u", "#"), new RoleAddCommand("a"), new RoleAddCommand("b"),
            new UserGrantRoleCommand("u", "b"), new UserGrantRoleCommand("u", "a"));
        Auth.FindUser("u")!.Roles.ShouldBe(["a", "b"]);

        driver.Change(new RoleDeleteCommand("a"));

        Auth.FindUser("u")!.Roles.ShouldBe(["b"]);
    }

    [Fact]
    public void GrantPermission_SamePairOfKeys_ChangesTheKind_OthersStandByTheirKeys()
    {
        driver.Change(new RoleAddCommand("r"));
        foreach (var (key, end) in new[] { ("b", ""), ("a", "c"), ("b", "d"), ("a", "") })
            driver.Change(new RoleGrantPermissionCommand("r", Permission(PermissionKind.Read, key, end)));

        driver.Change(new RoleGrantPermissionCommand("r", Permission(PermissionKind.Write, "b", "d")));

        Auth.FindRole("r")!.Permissions
            .Select(one => (one.Kind, System.Text.Encoding.Latin1.GetString(one.Key.Span), one.RangeEnd.Length))
            .ShouldBe(
            [
                (PermissionKind.Read, "a", 1), (PermissionKind.Read, "a", 0),
                (PermissionKind.Read, "b", 0), (PermissionKind.Write, "b", 1),
            ]);
    }

    [Fact]
    public void ChangePassword_OfAUserWithout_LeavesItWithout()
    {
        driver.Change(new UserAddCommand("u", null), new UserAddCommand("v", "old"));

        driver.Change(new UserChangePasswordCommand("u", "new"), new UserChangePasswordCommand("v", "new"));

        Auth.FindUser("u")!.PasswordHash.ShouldBeNull();
        Auth.FindUser("v")!.PasswordHash.ShouldBe("new");
    }

    [Fact]
    public void Authenticate_Enabled_GivesTheTokenOfItsPlaceInTheLog()
    {
        driver.Apply(new AuthenticateCommand("alice", "secret", 1)).Outcome.ShouldBe(AuthOutcome.NotEnabled);
        var enabled = Enabled();

        var result = enabled.Apply(new AuthenticateCommand("alice", "secret", enabled.Auth.Revision));

        result.Outcome.ShouldBe(AuthOutcome.Ok);
        result.Token.ShouldBe("secret.7");
        enabled.Apply(new AuthenticateCommand("bob", "secret", enabled.Auth.Revision))
            .ShouldBe(new AuthResult(AuthOutcome.AuthenticationFailed, enabled.Auth.Revision));
    }

    [Fact]
    public void Authenticate_PasswordCheckedBeforeAChange_HasToBeCheckedAgain()
    {
        var enabled = Enabled();
        var checkedAt = enabled.Auth.Revision;
        enabled.Change(new UserChangePasswordCommand("alice", "another"));

        var result = enabled.Apply(new AuthenticateCommand("alice", "secret", checkedAt));

        result.ShouldBe(new AuthResult(AuthOutcome.OldRevision, checkedAt + 1));
    }
}
