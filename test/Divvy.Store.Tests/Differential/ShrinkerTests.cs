namespace Divvy.Store.Tests.Differential;

public sealed class ShrinkerTests
{
    [Fact]
    public async Task Shrink_TwoCulprits_LeavesOnlyThem()
    {
        var shrunk = await Shrinker.ShrinkAsync(
            Enumerable.Range(0, 500).ToList(),
            items => Task.FromResult(items.Contains(17) && items.Contains(401)),
            attempts: 1000);

        shrunk.ShouldBe([17, 401]);
    }

    [Fact]
    public async Task Shrink_OutOfAttempts_StillFails()
    {
        var attempts = 0;

        var shrunk = await Shrinker.ShrinkAsync(
            Enumerable.Range(0, 500).ToList(), items => Task.FromResult(++attempts > 0 && items.Contains(250)), 4);

        attempts.ShouldBe(4);
        shrunk.ShouldContain(250);
        shrunk.Count.ShouldBeLessThan(500);
    }
}
