using System.CommandLine;
using System.Globalization;

namespace Divvy.Simulation.Commands;

/// <summary><c>divvy-sim work</c>: what <see cref="SeedWorker"/> starts. It reads seeds, one a line, and answers each
/// with what <c>run</c> prints and a line with its exit code. A process of its own for each would spend more time on
/// being compiled than on running.</summary>
internal static class WorkCommand
{
    public const string Name = "work";

    private const string Mark = "\u001eexit ";

    public static Command Create()
    {
        var twice = new Option<bool>("--twice");
        var options = new RunOptions();
        var command = new Command(Name, "Run the seeds that come on the standard input.") { twice };
        command.Hidden = true;
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                var seed = ulong.Parse(line, CultureInfo.InvariantCulture);
                var exitCode = RunCommand.Run(options.For(seed, parsed), new RunOutput(Twice: parsed.GetValue(twice)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Mark}{exitCode}"));
            }
        });
        return command;
    }

    /// <summary>The exit code that a line tells; null if it is another line.</summary>
    public static int? ExitCodeOf(string line) =>
        line.StartsWith(Mark, StringComparison.Ordinal)
            ? int.Parse(line[Mark.Length..], CultureInfo.InvariantCulture)
            : null;
}
