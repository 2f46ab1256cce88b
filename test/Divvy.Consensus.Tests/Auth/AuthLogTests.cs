using System.Buffers;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Consensus.Tests.Auth;

/// <summary>Members that apply the same log agree, whatever else they did: read, cached rights, took or loaded
/// snapshots. etcd's members once did not, after authentication was enabled.</summary>
public sealed class AuthLogTests
{
    private static readonly string[] names = ["root", "alice", "bob"];
    private static readonly string[] roles = ["root", "r", "s"];
    private static readonly string[] keys = ["a", "b", "c"];

    private static readonly Arbitrary<int> seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Apply_SameLogOnTwoMembers_GivesTheSameStateAndAnswers() => Prop.ForAll(seeds, seed =>
    {
        var dice = new Random(seed);
        var (quiet, busy) = seed % 2 == 0
            ? (AuthDriver.Enabled(), AuthDriver.Enabled())
            : (new AuthDriver(), new AuthDriver());
        for (var i = 0; i < 60; i++)
        {
            if (dice.Next(3) != 0)
                Disturb(busy, dice);
            var command = Command(dice);

            busy.Apply(command).ShouldBe(quiet.Apply(command));

            busy.Snapshot().ShouldBe(quiet.Snapshot());
            var (caller, question) = (Caller(quiet, dice), Put(dice));
            busy.Authorizer.Authorize(caller, question).ShouldBe(quiet.Authorizer.Authorize(caller, question));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ReadFrom_CutOrLongerBytes_RefusesAndKeepsTheState() => Prop.ForAll(seeds, seed =>
    {
        var driver = AuthDriver.Enabled();
        driver.Allow(PermissionKind.Write, "a", "b");
        var whole = driver.Snapshot();
        var other = new AuthStore();

        Should.Throw<InvalidDataException>(() => other.ReadFrom(whole.AsSpan(0, seed % whole.Length)));
        Should.Throw<InvalidDataException>(() => other.ReadFrom([.. whole, 0]));

        other.IsEnabled.ShouldBeFalse();
        other.Users.ShouldBeEmpty();
        other.ReadFrom(whole);
        var output = new ArrayBufferWriter<byte>();
        other.WriteTo(output);
        output.WrittenSpan.ToArray().ShouldBe(whole);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ReadFrom_LaterFormat_Refuses()
    {
        var bytes = new AuthDriver().Snapshot();
        bytes[0]++;

        Should.Throw<InvalidDataException>(() => new AuthStore().ReadFrom(bytes)).Message.ShouldContain("format 2");
    }

    /// <summary>What one member does and another does not.</summary>
    private static void Disturb(AuthDriver member, Random dice)
    {
        member.Authorizer.Authorize(Caller(member, dice), Put(dice));
        if (dice.Next(4) == 0)
            member.Auth.ReadFrom(member.Snapshot());
    }

    private static Caller? Caller(AuthDriver member, Random dice) =>
        dice.Next(5) == 0 ? null : new Caller(Pick(names, dice), member.Auth.Revision - dice.Next(2));

    private static PutOperation Put(Random dice) => new(AuthDriver.Bytes(Pick(keys, dice)), default);

    private static AuthCommand Command(Random dice) => dice.Next(12) switch
    {
        0 => new AuthEnableCommand(),
        1 => dice.Next(3) == 0 ? new AuthDisableCommand() : new AuthEnableCommand(),
        2 or 3 => new UserAddCommand(Pick(names, dice), dice.Next(2) == 0 ? null : "#"),
        4 => new UserDeleteCommand(Pick(names, dice)),
        5 => new UserChangePasswordCommand(Pick(names, dice), $"#{dice.Next(9)}"),
        6 or 7 => new UserGrantRoleCommand(Pick(names, dice), Pick(roles, dice)),
        8 => dice.Next(2) == 0
            ? new UserRevokeRoleCommand(Pick(names, dice), Pick(roles, dice))
            : new RoleDeleteCommand(Pick(roles, dice)),
        9 => new RoleAddCommand(Pick(roles, dice)),
        10 => new RoleGrantPermissionCommand(
            Pick(roles, dice), AuthDriver.Permission((PermissionKind)dice.Next(3), Pick(keys, dice), End(dice))),
        _ => new RoleRevokePermissionCommand(
            Pick(roles, dice), AuthDriver.Bytes(Pick(keys, dice)), AuthDriver.Bytes(End(dice))),
    };

    private static string End(Random dice) => dice.Next(3) switch { 0 => "", 1 => "\0", _ => Pick(keys, dice) };

    private static string Pick(string[] from, Random dice) => from[dice.Next(from.Length)];
}
