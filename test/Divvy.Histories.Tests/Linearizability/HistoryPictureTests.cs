using System.Xml.Linq;
using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.Linearizability;

public sealed class HistoryPictureTests
{
    [Fact]
    public void Draw_Failure_ShowsTheOrderAndInRedWhatCannotComeNext()
    {
        var history = new RegisterHistory().Write(1, 1, 0, 10).Read(2, 1, 1, 2).Read(3, 0, 3, 4).LostWrite(4, 5, 20);
        var drawing = Drawing(history);
        Classes(drawing).ShouldBe(["placed", "placed", "waiting unknown", "blocked first"], ignoreOrder: true);
        var points = drawing.Descendants().Where(element => (string?)element.Attribute("class") == "point").ToList();
        points.Select(point => point.Value.Trim()).ShouldBe(["1", "2"]);
    }

    /// <summary>Each operation's point lies within its bar, and the points go from left to right.</summary>
    [Fact]
    public void Draw_Order_RunsThroughTheBars()
    {
        var history = new RegisterHistory().Write(1, 2, 0, 10).Write(2, 1, 1, 9).Read(3, 1, 2, 3).Read(3, 2, 11, 12);
        var drawing = Drawing(history);
        var bars = drawing.Descendants().Where(element => (string?)element.Attribute("class") == "bar")
            .Select(bar => (Left: (double)bar.Attribute("x")!, Width: (double)bar.Attribute("width")!)).ToList();
        var points = drawing.Descendants().Where(element => element.Name.LocalName == "circle")
            .Select(circle => (double)circle.Attribute("cx")!).ToList();
        points.ShouldBe(points.Order());
        int[] order = [1, 2, 0, 3];
        points.Count.ShouldBe(order.Length);
        foreach (var (x, bar) in points.Zip(order.Select(at => bars[at])))
            x.ShouldBeInRange(bar.Left, bar.Left + bar.Width);
    }

    [Fact]
    public void Draw_LongHistory_ShowsItsEnd()
    {
        var history = new RegisterHistory();
        for (var at = 0; at < 500; at++)
            history.Write(at % 5, at, at, at + 0.5);
        history.Read(1, 3, 600, 601);
        var html = Html(history);
        html.ShouldContain("operations of the order lie before this picture");
        html.Length.ShouldBeLessThan(100_000);
    }

    [Fact]
    public void Draw_TextOfTheHistory_CannotBreakThePage()
    {
        var history = new RegisterHistory().Write(1, 1, 0, 1);
        var part = history.Check().Partitions[0];
        HistoryPicture<int, RegisterCall, RegisterAnswer>.Draw("<script>&", new Register(), history.Operations, part)
            .ShouldContain("<h1>&lt;script&gt;&amp;</h1>");
    }

    private static IEnumerable<string> Classes(XElement drawing) =>
        drawing.Descendants().Where(element => element.Attribute("data-detail") is not null)
            .Select(element => (string)element.Attribute("class")!);

    private static string Html(RegisterHistory history)
    {
        var result = history.Check();
        return HistoryPicture<int, RegisterCall, RegisterAnswer>.Draw(
            "a run", new Register(), history.Operations, result.Failed ?? result.Partitions[0]);
    }

    private static XElement Drawing(RegisterHistory history)
    {
        var html = Html(history);
        var from = html.LastIndexOf("<svg", StringComparison.Ordinal);
        var to = html.LastIndexOf("</svg>", StringComparison.Ordinal) + "</svg>".Length;
        return XElement.Parse(html[from..to]);
    }
}
