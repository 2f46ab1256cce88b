using Divvy.Consensus.Auth;
using Divvy.Store.Auth;
using Divvy.TestKit;

namespace Divvy.Store.Tests.Auth;

public sealed class TokenBookTests
{
    private readonly ManualTimeProvider time = new();
    private readonly TokenBook tokens;

    public TokenBookTests() => tokens = new TokenBook(time);

    [Fact]
    public void Use_WithinItsTime_GivesTheUserAndRenews()
    {
        Give("t.1", "alice");

        time.Advance(TokenBook.TimeToLive - TimeSpan.FromSeconds(1));
        tokens.Use("t.1").ShouldBe("alice");
        time.Advance(TokenBook.TimeToLive - TimeSpan.FromSeconds(1));
        tokens.Use("t.1").ShouldBe("alice");
        time.Advance(TokenBook.TimeToLive);

        tokens.Use("t.1").ShouldBeNull();
        tokens.Count.ShouldBe(0);
    }

    [Fact]
    public void Use_OneOfTwo_LetsTheOtherEnd()
    {
        Give("t.1", "alice");
        Give("t.2", "bob");
        time.Advance(TokenBook.TimeToLive - TimeSpan.FromSeconds(1));
        tokens.Use("t.1");
        time.Advance(TimeSpan.FromSeconds(1));

        tokens.Use("t.2").ShouldBeNull();
        tokens.Use("t.1").ShouldBe("alice");
    }

    [Fact]
    public void Follow_ChangesOfAUser_VoidOnlyThatUsersTokens()
    {
        Give("t.1", "alice");
        Give("t.2", "bob");
        Give("t.3", "alice");

        tokens.Follow(new UserChangePasswordCommand("alice", "#"), new AuthResult(AuthOutcome.UserNotFound, 9));
        tokens.Use("t.1").ShouldBe("alice");
        tokens.Follow(new UserChangePasswordCommand("alice", "#"), new AuthResult(AuthOutcome.Ok, 9));

        tokens.Use("t.1").ShouldBeNull();
        tokens.Use("t.3").ShouldBeNull();
        tokens.Use("t.2").ShouldBe("bob");
        tokens.Follow(new UserDeleteCommand("bob"), new AuthResult(AuthOutcome.Ok, 10));
        tokens.Use("t.2").ShouldBeNull();
    }

    [Fact]
    public void Follow_Disabling_VoidsAll()
    {
        Give("t.1", "alice");

        tokens.Follow(new AuthDisableCommand(), new AuthResult(AuthOutcome.Ok, 9));

        tokens.Use("t.1").ShouldBeNull();
    }

    [Fact]
    public void Follow_MoreThanItKeeps_DropsTheOneIdleLongest()
    {
        for (var i = 0; i < TokenBook.MaxTokens; i++)
            Give($"t.{i}", "alice");
        tokens.Use("t.0");

        Give("t.new", "alice");

        tokens.Count.ShouldBe(TokenBook.MaxTokens);
        tokens.Use("t.1").ShouldBeNull();
        tokens.Use("t.0").ShouldBe("alice");
    }

    [Fact]
    public void NewPrefix_Always_IsSixteenLettersAndAnother()
    {
        var prefix = TokenBook.NewPrefix();

        prefix.Length.ShouldBe(16);
        prefix.ShouldAllBe(letter => char.IsAsciiLetter(letter));
        TokenBook.NewPrefix().ShouldNotBe(prefix);
    }

    [Theory]
    [InlineData("abc.17", 17L)]
    [InlineData("abc", null)]
    [InlineData("a.b.1", null)]
    [InlineData("abc.x", null)]
    [InlineData("", null)]
    public void IndexOf_Token_IsWhatFollowsTheOnlyDot(string token, long? index) =>
        TokenBook.IndexOf(token).ShouldBe(index);

    private void Give(string token, string user) => tokens.Follow(
        new AuthenticateCommand(user, "t", 1), new AuthResult(AuthOutcome.Ok, 1) { Token = token });
}
