using System.Globalization;
using System.Net;
using Divvy.Client.Http;
using Divvy.Core.Identity;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class RequestBookTests
{
    private static readonly ShardId shard = new("s1");

    private readonly SimWorld world = new(seed: 1, keepTrace: false);
    private readonly Weather weather = new();
    private readonly RunReport report;
    private readonly RequestBook book;

    public RequestBookTests()
    {
        report = new RunReport(world);
        book = new RequestBook(world, weather, report);
        weather.Recovered();
    }

    private string Violated => report.Violations.ShouldHaveSingleItem().Checker;

    [Theory, InlineData(5), InlineData(4)]
    public void SentAway_ByWhoKnowsNoMoreThanTheRouter_BreaksRouting(long told)
    {
        SentAway(asked: 5, told);

        Violated.ShouldBe("routing");
    }

    [Theory, InlineData(6), InlineData(0)]
    public void SentAway_ByWhoKnowsMoreOrNothing_IsAllowed(long told)
    {
        SentAway(asked: 5, told);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void SentAway_NoCalm_SaysNothing()
    {
        weather.Begin(isGrave: false);

        SentAway(asked: 5, told: 5);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void SentOn_OneAttemptTwice_BreaksRouting()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://b/work");
        book.Attempts("caller-1", request);
        book.SentOn("a", request);
        report.Violations.ShouldBeEmpty();

        book.SentOn("b", request);

        Violated.ShouldBe("routing");
    }

    [Fact]
    public void SentOn_OneAttemptAgainByTheSameInstance_IsAllowed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://b/work");
        book.Attempts("caller-1", request);
        book.SentOn("a", request);
        book.SentOn("a", request);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void SentOn_TwoAttemptsOfARequest_IsAllowed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://b/work");
        book.Attempts("caller-1", request);
        book.SentOn("a", request);
        book.Attempts("caller-1", request);
        book.SentOn("a", request);

        report.Violations.ShouldBeEmpty();
    }

    [Theory, InlineData(5, 5, 0), InlineData(5, 6, 0), InlineData(5, 4, 1)]
    public void Attempts_RouterGoesByAnotherRecord_MayNotBeOlder(long first, long second, int violations)
    {
        foreach (var revision in new[] { first, second })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://a/work");
            request.Headers.Add(ShardHeaders.Shard, shard.Value);
            request.Headers.Add(ShardHeaders.Revision, revision.ToString(CultureInfo.InvariantCulture));
            book.Attempts("caller-1", request);
        }

        report.Violations.Count(violation => violation.Checker == "routing").ShouldBe(violations);
    }

    [Theory, InlineData(5, 0), InlineData(7, 1)]
    public void BeginNested_WaitsForItsOwnShard_BreaksRouting(int seconds, int violations)
    {
        using (book.BeginNested("a", shard))
            Wait(seconds);

        report.Violations.Count(violation => violation.Checker == "routing").ShouldBe(violations);
    }

    [Fact]
    public void Failed_InACalm_BreaksNoRequestFails()
    {
        book.Failed(book.Begin("caller", "GET", "key", shard), "status 503");

        Violated.ShouldBe("no request fails");
    }

    private void SentAway(long asked, long told)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a/work");
        request.Headers.Add(ShardHeaders.Revision, asked.ToString(CultureInfo.InvariantCulture));
        using var response = new HttpResponseMessage(HttpStatusCode.MisdirectedRequest);
        if (told > 0)
            response.Headers.Add(ShardHeaders.Revision, told.ToString(CultureInfo.InvariantCulture));
        book.SentAway("caller", request, response);
    }

    private void Wait(int seconds)
    {
        world.Schedule(TimeSpan.FromSeconds(seconds), static () => { });
        world.TakeNext().ShouldBeTrue();
    }
}
