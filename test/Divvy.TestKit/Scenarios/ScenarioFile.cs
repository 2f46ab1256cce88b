namespace Divvy.TestKit.Scenarios;

/// <summary>A scenario as text: blocks of commands, each followed by a line <c>----</c>, the trace that is expected, and an
/// empty line. Lines that start with # are comments.</summary>
public sealed class ScenarioFile
{
    private const string Separator = "----";

    private readonly List<Block> blocks = [];

    private ScenarioFile()
    {
    }

    public static ScenarioFile Parse(string text)
    {
        var file = new ScenarioFile();
        List<string> input = [];
        List<string>? expected = null;
        foreach (var line in text.TrimEnd().Split('\n').Append(""))
        {
            if (expected is null && line == Separator)
            {
                expected = [];
            }
            else if (expected is null)
            {
                input.Add(line);
            }
            else if (line.Length > 0)
            {
                expected.Add(line);
            }
            else
            {
                file.blocks.Add(new Block(input, expected));
                (input, expected) = ([], null);
            }
        }

        if (input.Exists(IsCommand))
            throw new FormatException($"the last commands are not followed by {Separator}");
        return file;
    }

    /// <summary>The same commands and comments with the traces that running them gives.</summary>
    public string Run(Func<string, IEnumerable<string>> execute)
    {
        List<string> output = [];
        foreach (var block in blocks)
        {
            output.AddRange(block.Input);
            output.Add(Separator);
            foreach (var command in block.Input.Where(IsCommand))
                output.AddRange(execute(command));
            output.Add("");
        }

        return string.Join('\n', output.SkipLast(1)) + "\n";
    }

    private static bool IsCommand(string line) => line.Length > 0 && line[0] != '#';

    private sealed record Block(List<string> Input, List<string> Expected);
}
