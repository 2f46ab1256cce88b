using System.Text;

namespace Divvy.Cli.Output;

/// <summary>A table as aligned plain text: two spaces between columns, numbers to the right. The same on a terminal
/// and
/// in a pipe, so that it can be read by people and cut by scripts.</summary>
internal sealed class TextTable(params string[] header)
{
    private const string ColumnGap = "  ";

    private readonly List<string[]> rows = [];

    public TextTable Add(params object?[] cells)
    {
        if (cells.Length != header.Length)
            throw new ArgumentException($"{cells.Length} cells in a table of {header.Length} columns", nameof(cells));
        rows.Add([.. cells.Select(Text)]);
        return this;
    }

    public void WriteTo(TextWriter writer)
    {
        var widths = header.Select((name, column) =>
            rows.Select(row => row[column].Length).Append(name.Length).Max()).ToArray();
        var toTheRight = header.Select((_, column) => rows.Count > 0 && rows.TrueForAll(row => IsNumber(row[column])))
            .ToArray();
        writer.WriteLine(Line(header));
        foreach (var row in rows)
            writer.WriteLine(Line(row));

        string Line(string[] cells)
        {
            var line = new StringBuilder();
            for (var column = 0; column < cells.Length; column++)
            {
                if (column > 0)
                    line.Append(ColumnGap);
                line.Append(toTheRight[column]
                    ? cells[column].PadLeft(widths[column])
                    : cells[column].PadRight(widths[column]));
            }
            return line.ToString().TrimEnd();
        }
    }

    private static string Text(object? cell) => cell switch
    {
        null => "-",
        "" => "-",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "-",
    };

    private static bool IsNumber(string cell) =>
        cell == "-" || double.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, out _);
}
