namespace Divvy.Coordination.Tests;

public sealed class CoordinationOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreFine() =>
        new CoordinationOptions { ServerId = "server-1" }.Validate().ShouldBeEmpty();

    [Fact]
    public void Validate_ManyErrors_NamesEach()
    {
        var options = new CoordinationOptions
        {
            ServerId = "a/b",
            Prefix = "no-slash",
            SessionTtl = TimeSpan.Zero,
            MaxTransactionOperations = 2,
        };

        var errors = options.Validate();

        errors.Count.ShouldBe(4);
        errors.ShouldContain(error => error.Contains("'a/b'"));
        errors.ShouldContain(error => error.Contains("no-slash"));
        errors.ShouldContain(error => error.Contains("SessionTtl"));
        errors.ShouldContain(error => error.Contains("MaxTransactionOperations is 2"));
    }
}
