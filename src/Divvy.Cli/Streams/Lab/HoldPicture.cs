using System.Globalization;
using System.Text;

namespace Divvy.Cli.Streams.Lab;

/// <summary>Draws who held which shard when as an SVG: a lane for each shard, a color for each worker. Pure.</summary>
internal static class HoldPicture
{
    private const int Left = 170;
    private const int Top = 60;
    private const int Lane = 14;
    private const int Width = 1000;

    /// <summary>Told apart by eyes of all kinds (Okabe and Ito), then again.</summary>
    private static readonly string[] colors =
        ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999"];

    /// <param name="holds">What to draw.</param>
    /// <param name="marks">Times with their names.</param>
    /// <param name="endMs">Where holdings that go on are cut.</param>
    public static string Draw(
        IReadOnlyList<ShardHold> holds, IReadOnlyList<(double AtMs, string What)> marks, double endMs)
    {
        var shards = holds.Select(hold => hold.Shard).Distinct().Order(StringComparer.Ordinal).ToList();
        var workers = holds.Select(hold => hold.Worker).Distinct().Order(StringComparer.Ordinal).ToList();
        var start = holds.Select(hold => hold.FromMs).Concat(marks.Select(mark => mark.AtMs)).Append(endMs).Min();
        var height = Top + (shards.Count * Lane) + 30;
        var svg = new StringBuilder();
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 20}\" height=\"{height}\"");
        Line($"  font-family=\"sans-serif\" font-size=\"10\">");
        Line($"<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        for (var index = 0; index < workers.Count; index++)
        {
            Line($"<rect x=\"{Left + (index * 120)}\" y=\"8\" width=\"10\" height=\"10\" fill=\"{Color(index)}\"/>");
            Line($"<text x=\"{Left + (index * 120) + 14}\" y=\"17\">{Escape(workers[index])}</text>");
        }
        for (var index = 0; index < shards.Count; index++)
            Line($"<text x=\"8\" y=\"{Top + (index * Lane) + 10}\">{Escape(shards[index])}</text>");
        foreach (var hold in holds)
        {
            var (from, to) = (At(hold.FromMs), At(hold.ToMs ?? endMs));
            Line($"<rect x=\"{from:0.#}\" y=\"{Top + (shards.IndexOf(hold.Shard) * Lane) + 1}\"");
            Line($"  width=\"{Math.Max(0.5, to - from):0.#}\" height=\"{Lane - 3}\"");
            Line($"  fill=\"{Color(workers.IndexOf(hold.Worker))}\"><title>{Title(hold)}</title></rect>");
        }
        foreach (var (at, what) in marks)
        {
            Line($"<line x1=\"{At(at):0.#}\" x2=\"{At(at):0.#}\" y1=\"36\" y2=\"{height - 25}\" stroke=\"black\"/>");
            Line($"<text x=\"{At(at) + 2:0.#}\" y=\"44\">{Escape(what)}</text>");
        }
        Line($"<text x=\"{Left}\" y=\"{height - 8}\">0 s</text>");
        Line($"<text x=\"{Left + Width - 30}\" y=\"{height - 8}\">{(endMs - start) / 1000:0.0} s</text>");
        Line($"</svg>");
        return svg.ToString();

        double At(double ms) => Left + ((ms - start) / Math.Max(1, endMs - start) * Width);

        string Title(ShardHold hold) => string.Create(
            CultureInfo.InvariantCulture,
            $"{Escape(hold.Shard)}: {Escape(hold.Worker)} from {(hold.FromMs - start) / 1000:0.00} s");

        void Line(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Color(int worker) => colors[worker % colors.Length];

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
