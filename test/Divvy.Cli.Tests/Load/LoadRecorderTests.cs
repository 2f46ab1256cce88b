using Divvy.Cli.Load;

namespace Divvy.Cli.Tests.Load;

public sealed class LoadRecorderTests
{
    private readonly LoadRecorder recorder = new();

    [Fact]
    public void Report_AnsweredAndFailed_CountsThemByKind()
    {
        Answer("s1", due: 0, ended: 10);
        Fail("s1", due: 5, "timeout");
        Fail("s2", due: 6, "timeout");
        Fail("s2", due: 7, "503");

        var report = Report(at: 10);

        report.Sent.ShouldBe(4);
        report.Ok.ShouldBe(1);
        report.Failed.ShouldBe(3);
        report.Failures.ShouldBe(new Dictionary<string, long> { ["503"] = 1, ["timeout"] = 2 }, ignoreOrder: true);
    }

    [Fact]
    public void Report_RequestThatWaitedToBeSent_CountsFromWhenItWasDue()
    {
        Answer("s1", due: 0, ended: 250, sent: 240);

        Report(at: 250).MaxMs.ShouldBe(250);
    }

    [Fact]
    public void Gap_AllAnswered_IsTheSlowestAnswer()
    {
        Answer("s1", due: 0, ended: 10);
        Answer("s1", due: 100, ended: 140);
        Answer("s1", due: 200, ended: 210);

        Report(at: 300).LongestGaps.Single().Milliseconds.ShouldBe(40);
    }

    [Fact]
    public void Gap_FailuresBetweenAnswers_LastsFromTheFirstFailedToTheNextAnswer()
    {
        Answer("s1", due: 0, ended: 1);
        Fail("s1", due: 120, "503");
        Fail("s1", due: 100, "timeout");
        Answer("s1", due: 300, ended: 310);

        Report(at: 400).LongestGaps.Single().Milliseconds.ShouldBe(210);
    }

    [Fact]
    public void Gap_NeverAnsweredAgain_LastsToTheEndOfTheRun()
    {
        Answer("s1", due: 0, ended: 1);
        Fail("s1", due: 100, "503");

        Report(at: 1_000).LongestGaps.Single().Milliseconds.ShouldBe(900);
    }

    [Fact]
    public void Moved_GenerationGrew_IsReportedApart()
    {
        Answer("s1", due: 0, ended: 1, generation: 1);
        Answer("s1", due: 10, ended: 35, generation: 2);
        Answer("s2", due: 0, ended: 100, generation: 7);

        var report = Report(at: 200);

        report.Moved.Count.ShouldBe(1);
        report.Moved.MaxMs.ShouldBe(25);
        report.Shards.Count.ShouldBe(2);
        report.Shards.MaxMs.ShouldBe(100);
    }

    [Fact]
    public void StaleAnswers_OldGenerationToARequestSentAfterTheNewOneAnswered_Counts()
    {
        Answer("s1", due: 0, ended: 10, generation: 2);
        Answer("s1", due: 5, ended: 12, generation: 1);
        Report(at: 20).StaleAnswers.ShouldBe(0, "it was under way when the owner changed");

        Answer("s1", due: 11, ended: 15, generation: 1);
        Report(at: 20).StaleAnswers.ShouldBe(1);
    }

    [Fact]
    public void Moved_AFailedRequest_DoesNotCountAsAnotherGeneration()
    {
        Answer("s1", due: 0, ended: 1, generation: 3);
        Fail("s1", due: 2, "timeout");
        Answer("s1", due: 3, ended: 4, generation: 3);

        Report(at: 5).Moved.Count.ShouldBe(0);
    }

    [Fact]
    public void Record_WhileWarmingUp_CountsAnswersAndFailuresButNoWaiting()
    {
        var warming = new LoadRecorder(Ms(100));
        warming.Record(new LoadSample(Ms(0), Ms(0), Ms(90), null, "s1", 1));
        warming.Record(new LoadSample(Ms(50), Ms(50), Ms(60), "503", "s1", 0));
        warming.Record(new LoadSample(Ms(150), Ms(150), Ms(155), null, "s2", 1));

        var report = warming.Report(Ms(200));

        (report.Sent, report.Ok, report.Failed).ShouldBe((3, 2, 1));
        report.MaxMs.ShouldBe(5);
    }

    private void Answer(string shard, int due, int ended, long generation = 1, int? sent = null) =>
        recorder.Record(new LoadSample(Ms(due), Ms(sent ?? due), Ms(ended), null, shard, generation));

    private void Fail(string shard, int due, string kind) =>
        recorder.Record(new LoadSample(Ms(due), Ms(due), Ms(due + 1), kind, shard, 0));

    private LoadReport Report(int at) => recorder.Report(Ms(at));

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
