using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;

namespace Divvy.Cli.StoreAdmin;

/// <summary>One use of a command to a running store: what was typed, whom to ask, and how to show the answer.</summary>
internal sealed record StoreCall(
    StoreClient Client, CommandConsole Console, ParseResult Parsed, OutputFormat Format)
{
    /// <summary>A member's id as etcd's tools print it.</summary>
    public static string Id(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Prints rows: as they are, or as a table.</summary>
    public void Show<T>(IReadOnlyList<T> rows, string[] header, Func<T, object?[]> cells)
    {
        if (Format == OutputFormat.Json)
        {
            Console.WriteJson(rows);
            return;
        }

        var table = new TextTable(header);
        foreach (var row in rows)
            table.Add(cells(row));
        table.WriteTo(Console.Output);
    }

    /// <summary>Prints one thing: as it is, or as a sentence.</summary>
    public void Say<T>(T answer, string sentence)
    {
        if (Format == OutputFormat.Json)
            Console.WriteJson(answer);
        else
            Console.Output.WriteLine(sentence);
    }
}
