using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using static Divvy.Consensus.Tests.Auth.AuthDriver;

namespace Divvy.Consensus.Tests.Auth;

public sealed class AuthorizerTests
{
    private readonly AuthDriver driver = Enabled();

    [Fact]
    public void Authorize_NotEnabled_AllowsAnyone()
    {
        var off = new AuthDriver();

        off.Authorizer.Authorize(null, Put("a")).ShouldBe(AuthOutcome.Ok);
        off.Authorizer.Authorize(new Caller("nobody", 0), new AuthEnableCommand()).ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void Authorize_WithoutCaller_AsksForAUser()
    {
        StoreCommand[] commands =
        [
            Put("a"), Range("a"), Delete("a"), new TxnOperation([], [], []), new CompactCommand(1),
            new LeaseGrantCommand(1, 1), new LeaseRevokeCommand(1), new UserDeleteCommand("alice"),
        ];

        foreach (var command in commands)
            driver.Authorizer.Authorize(null, command).ShouldBe(AuthOutcome.UserNameEmpty, command.ToString());
        driver.Authorizer.AuthorizeRead(null, Key("a")).ShouldBe(AuthOutcome.UserNameEmpty);
        driver.Authorizer.AuthorizeRoot(null).ShouldBe(AuthOutcome.UserNameEmpty);
        driver.Authorizer.Authorize(null, new AuthenticateCommand("alice", "t", 1)).ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void Authorize_UserThatWasDeleted_IsDenied()
    {
        driver.Ask("nobody", Put("a")).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("nobody", new RoleAddCommand("x")).ShouldBe(AuthOutcome.UserNotFound);
    }

    [Fact]
    public void Authorize_CallerFromBeforeAChange_IsOld_UntilEstablishedAnew()
    {
        driver.Allow(PermissionKind.ReadWrite, "a");
        var caller = driver.Caller("alice");
        driver.Try(caller, Put("a")).ShouldBe(AuthOutcome.Ok);
        driver.Change(new RoleAddCommand("unrelated"));

        driver.Try(caller, Put("a")).ShouldBe(AuthOutcome.OldRevision);

        driver.Try(driver.Caller("alice"), Put("a")).ShouldBe(AuthOutcome.Ok);
        driver.Change(new UserRevokeRoleCommand("alice", "r"));
        driver.Try(driver.Caller("alice"), Put("a")).ShouldBe(AuthOutcome.PermissionDenied);
    }

    [Fact]
    public void Authorize_Keys_NeedTheRightKindOverTheWholeRange()
    {
        driver.Allow(PermissionKind.Read, "a", "b");
        driver.Allow(PermissionKind.Write, "b", "c");

        driver.Ask("alice", Range("a", "b")).ShouldBe(AuthOutcome.Ok);
        driver.Ask("alice", Range("a", "b\0")).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", Range("a", "\0")).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", Put("a")).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", Put("b")).ShouldBe(AuthOutcome.Ok);
        driver.Ask("alice", Delete("b", "c")).ShouldBe(AuthOutcome.Ok);
        driver.Ask("alice", Delete("a", "c")).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("root", Delete("\0", "\0")).ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void Authorize_PreviousRecords_NeedReading()
    {
        driver.Allow(PermissionKind.Write, "a");
        var put = Put("a") with { PreviousRecord = true };
        var delete = Delete("a") with { PreviousRecords = true };

        driver.Ask("alice", put).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", delete).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", new TxnOperation([], [put], [])).ShouldBe(AuthOutcome.PermissionDenied);

        driver.Allow(PermissionKind.ReadWrite, "a");
        driver.Ask("alice", put).ShouldBe(AuthOutcome.Ok);
        driver.Ask("alice", delete).ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void Authorize_Txn_NeedsAllThatItCouldDo()
    {
        driver.Allow(PermissionKind.ReadWrite, "a");
        var compare = new TxnCompare(Key("b"), CompareTarget.Version, CompareRelation.Equal);

        driver.Ask("alice", new TxnOperation([], [Put("a")], [Range("a")])).ShouldBe(AuthOutcome.Ok);
        TxnOperation[] refused =
        [
            new([compare], [], []),
            new([], [Put("b")], []),
            new([], [], [Range("b")]),
            new([], [Put("a"), Delete("a", "c")], []),
            new([], [], [new TxnOperation([], [], [new TxnOperation([compare], [], [])])]),
        ];
        foreach (var txn in refused)
            driver.Ask("alice", txn).ShouldBe(AuthOutcome.PermissionDenied);
    }

    [Fact]
    public void Authorize_LeaseOfOthersKeys_MayNeitherBeRevokedNorUsed()
    {
        driver.Allow(PermissionKind.ReadWrite, "a");
        driver.Try(driver.Caller("alice"), new LeaseGrantCommand(7, 60)).ShouldBe(AuthOutcome.Ok);
        driver.Try(driver.Caller("alice"), Put("a") with { Lease = 7 }).ShouldBe(AuthOutcome.Ok);
        driver.Ask("alice", new LeaseRevokeCommand(7)).ShouldBe(AuthOutcome.Ok);
        driver.Try(driver.Caller("root"), Put("b") with { Lease = 7 }).ShouldBe(AuthOutcome.Ok);

        var keys = driver.Store.FindLease(7)!.Keys;
        driver.Ask("alice", new LeaseRevokeCommand(7)).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", Put("a") with { Lease = 7 }).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", new TxnOperation([], [Put("a") with { Lease = 7 }], []))
            .ShouldBe(AuthOutcome.PermissionDenied);
        driver.Authorizer.AuthorizeRead(driver.Caller("alice"), keys).ShouldBe(AuthOutcome.PermissionDenied);

        driver.Allow(PermissionKind.Read, "b");
        driver.Authorizer.AuthorizeRead(driver.Caller("alice"), keys).ShouldBe(AuthOutcome.Ok);
        driver.Ask("root", new LeaseRevokeCommand(7)).ShouldBe(AuthOutcome.Ok);
        driver.Ask("alice", new LeaseRevokeCommand(8)).ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void Authorize_TheMemberItself_MayDoEverything()
    {
        driver.Try(Caller.Internal, new LeaseGrantCommand(7, 60)).ShouldBe(AuthOutcome.Ok);
        driver.Try(Caller.Internal, Put("b") with { Lease = 7 }).ShouldBe(AuthOutcome.Ok);
        driver.Try(Caller.Internal, new LeaseCheckpointCommand(7, 30)).ShouldBe(AuthOutcome.Ok);

        driver.Try(Caller.Internal, new LeaseRevokeCommand(7)).ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void Authorize_UsersAndRoles_AreForRoot()
    {
        driver.Ask("alice", new AuthDisableCommand()).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("alice", new UserChangePasswordCommand("alice", "#")).ShouldBe(AuthOutcome.PermissionDenied);
        driver.Ask("root", new RoleAddCommand("x")).ShouldBe(AuthOutcome.Ok);
        driver.Change(new UserGrantRoleCommand("alice", "root"));

        driver.Ask("alice", new RoleAddCommand("x")).ShouldBe(AuthOutcome.Ok);
    }

    [Fact]
    public void AuthorizeGet_OneselfAndOnesRoles_IsAllowed()
    {
        var alice = driver.Caller("alice");

        driver.Authorizer.AuthorizeUserGet(alice, "alice").ShouldBe(AuthOutcome.Ok);
        driver.Authorizer.AuthorizeUserGet(alice, "root").ShouldBe(AuthOutcome.PermissionDenied);
        driver.Authorizer.AuthorizeUserGet(null, "alice").ShouldBe(AuthOutcome.UserNameEmpty);
        driver.Authorizer.AuthorizeRoleGet(alice, "r").ShouldBe(AuthOutcome.Ok);
        driver.Authorizer.AuthorizeRoleGet(alice, "root").ShouldBe(AuthOutcome.PermissionDenied);
        driver.Authorizer.AuthorizeRoleGet(driver.Caller("root"), "r").ShouldBe(AuthOutcome.Ok);
    }

    private static PutOperation Put(string key) => new(Bytes(key), default);

    private static RangeOperation Range(string key, string end = "") => new(Keys(key, end));

    private static DeleteRangeOperation Delete(string key, string end = "") => new(Keys(key, end));
}
