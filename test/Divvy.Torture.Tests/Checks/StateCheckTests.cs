using System.Text;
using Divvy.Client.Etcd;
using Divvy.Torture.Checks;
using Divvy.Torture.Load;

namespace Divvy.Torture.Tests.Checks;

public sealed class StateCheckTests
{
    [Theory]
    [InlineData("1", 5)]
    [InlineData("2", 6)]
    [InlineData(null, 0)]
    public void Check_LastPromiseOrALaterTry_Passes(string? held, long revision) =>
        Check(held, revision, Acknowledged("1", 5), Unknown("2"), Unknown(null));

    [Theory]
    [InlineData("1", 5)]
    [InlineData("3", 7)]
    [InlineData("2", 5)]
    [InlineData(null, 0)]
    public void Check_AnythingElse_IsALostWrite(string? held, long revision) =>
        Should.Throw<TortureViolation>(() => Check(held, revision, Acknowledged("1", 5), Acknowledged("2", 6)))
            .Message.ShouldContain("acknowledged write lost at n1: k was last promised '2' of revision 6");

    [Fact]
    public void Check_DeletedKeyIsBack_IsALostDelete() =>
        Should.Throw<TortureViolation>(() => Check("1", 5, Acknowledged("1", 5), Acknowledged(null, 6)));

    [Fact]
    public void Check_LeaseForgotten_IsALostWrite() =>
        Should.Throw<TortureViolation>(() => Check("1", 5, Acknowledged("1", 5) with { Lease = 9 }));

    private static void Check(string? held, long revision, params Attempt[] attempts)
    {
        var state = new Dictionary<string, Kv>();
        if (held is not null)
            state.Add("k", new Kv("k", Encoding.UTF8.GetBytes(held), 1, revision, 1, 0));
        StateCheck.Check("n1", state, attempts);
    }

    private static Attempt Acknowledged(string? value, long revision) => new("k", value, Outcome.Acknowledged, revision);

    private static Attempt Unknown(string? value) => new("k", value, Outcome.Unknown, 0);
}
