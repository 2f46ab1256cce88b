using System.Text;
using Divvy.Cli.Journals;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Journals;

public sealed class JournalFormatTests
{
    private static readonly JournalEntry Entry = new(17, "a", "s-1", 3, JournalEvent.LeaseLost);

    [Fact]
    public void Line_AnEntry_IsOneJsonLineInSnakeCase() =>
        Encoding.UTF8.GetString(JournalFormat.Line(Entry)).ShouldBe(
            "{\"unix_ns\":17,\"instance\":\"a\",\"shard\":\"s-1\",\"generation\":3,\"event\":\"lease_lost\"}\n");

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var entry = Entry with { Session = "694d", NoticedUnixNs = 20 };

        JournalFormat.Read("j", Encoding.UTF8.GetString(JournalFormat.Line(entry))).ShouldBe([entry]);
    }

    [Fact]
    public void Read_TornLastLine_LeavesItOut()
    {
        var text = Encoding.UTF8.GetString(JournalFormat.Line(Entry));

        JournalFormat.Read("j", text + text[..20]).ShouldBe([Entry]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{\"unix_ns\":1}")]
    [InlineData("{\"unix_ns\":1,\"instance\":\"a\",\"shard\":\"s\",\"generation\":1,\"event\":\"vanished\"}")]
    public void Read_AnotherBadLine_NamesTheFileAndTheLine(string line)
    {
        var good = Encoding.UTF8.GetString(JournalFormat.Line(Entry));

        Should.Throw<FormatException>(() => JournalFormat.Read("dir/j", $"{good}{line}\n{good}"))
            .Message.ShouldStartWith("dir/j:2: ");
    }

    [Fact]
    public void Append_ReopenedJournal_KeepsWhatWasThere()
    {
        using var directory = new TempDirectory();
        var path = directory.File("journal");
        foreach (var instance in new[] { "a", "b" })
        {
            using var writer = new JournalWriter(path);
            writer.Append(Entry with { Instance = instance });
        }

        JournalFormat.Read(path, File.ReadAllText(path)).Select(entry => entry.Instance).ShouldBe(["a", "b"]);
    }
}
