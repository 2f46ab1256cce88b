using Divvy.Store.Failpoints;

namespace Divvy.Store.Tests.Failpoints;

public sealed class FailpointTests
{
    private readonly List<TimeSpan> sleeps = [];
    private readonly List<string> messages = [];
    private readonly FailpointRegistry registry;
    private readonly Failpoint point;

    public FailpointTests()
    {
        registry = new FailpointRegistry(new FailpointEffects(
            sleeps.Add, message => throw new InvalidOperationException(message), messages.Add));
        point = registry.Define("walBeforeSync");
    }

    [Fact]
    public void Hit_Off_DoesNothing()
    {
        point.Hit();
        point.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("sleep(100)", 100)]
    [InlineData("sleep(\"1s\")", 1000)]
    [InlineData("sleep(\"250ms\")", 250)]
    public void Hit_Sleep_LastsAsLongAsItSays(string terms, int milliseconds)
    {
        point.TrySet(terms).ShouldBeTrue();
        point.Hit();
        sleeps.ShouldBe([TimeSpan.FromMilliseconds(milliseconds)]);
        point.Count.ShouldBe(1);
    }

    [Fact]
    public void Hit_CountedTerms_FallThroughToTheNext()
    {
        point.TrySet("2*sleep(1)->1*print(\"third\")->return(\"from now on\")").ShouldBeTrue();
        point.Hit();
        point.Hit();
        point.Hit();
        sleeps.Count.ShouldBe(2);
        messages.ShouldHaveSingleItem().ShouldContain("third");
        Should.Throw<FailpointException>(point.Hit).Message.ShouldContain("from now on");
        Should.Throw<FailpointException>(point.Hit);
    }

    [Fact]
    public void Hit_Probability_ActsAboutThatOften()
    {
        point.TrySet("25.0%sleep(1)").ShouldBeTrue();
        for (var i = 0; i < 4000; i++)
            point.Hit();
        sleeps.Count.ShouldBeInRange(800, 1200);
    }

    [Fact]
    public void Hit_Panic_EndsTheProcess()
    {
        point.TrySet("panic").ShouldBeTrue();
        Should.Throw<InvalidOperationException>(point.Hit).Message.ShouldContain("walBeforeSync");
    }

    [Theory]
    [InlineData("40%sleep(1)")]
    [InlineData("sleep")]
    [InlineData("sleep(\"soon\")")]
    [InlineData("explode")]
    [InlineData("")]
    [InlineData("3*3*")]
    public void TrySet_NotTerms_ChangesNothing(string terms)
    {
        point.TrySet("print");
        point.TrySet(terms).ShouldBeFalse();
        point.Terms.ShouldBe("print");
    }

    [Fact]
    public void SetAll_OneUnknown_SetsNothing()
    {
        registry.SetAll("walBeforeSync=print;nowhere=print").ShouldBe(["nowhere=print"]);
        point.Terms.ShouldBe("");
        registry.SetAll("go.etcd.io/etcd/wal/walBeforeSync=print").ShouldBeEmpty();
        point.Terms.ShouldBe("print");
    }

    [Fact]
    public void Clear_Off_SaysSo()
    {
        point.Clear().ShouldBeFalse();
        point.TrySet("print");
        point.Clear().ShouldBeTrue();
        point.Hit();
        messages.ShouldBeEmpty();
    }
}
