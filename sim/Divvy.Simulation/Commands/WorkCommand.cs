using System.CommandLine;
using System.Globalization;
using Divvy.Simulation.Runs;

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
            // The first run pays for the start of the process.
            var before = TimeSpan.Zero;
            while (Console.In.ReadLine() is { } line)
            {
                var seed = ulong.Parse(line, CultureInfo.InvariantCulture);
                var output = new RunOutput(Twice: parsed.GetValue(twice));
                var (exitCode, simulated) = RunCommand.Run(options.For(seed, parsed), output);
                var processor = Environment.CpuUsage.TotalTime;
                Console.WriteLine(EndOf(exitCode, new Effort(simulated, processor - before)));
                before = processor;
            }
        });
        return command;
    }

    /// <summary>The exit code that a line tells, and what the run took; null if it is another line.</summary>
    public static (int ExitCode, Effort Effort)? ReadEnd(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
            return null;
        var fields = line[Mark.Length..].Split(' ');
        return (
            int.Parse(fields[0], CultureInfo.InvariantCulture), new Effort(Ticks(fields[1]), Ticks(fields[2])));

        static TimeSpan Ticks(string text) => new(long.Parse(text, CultureInfo.InvariantCulture));
    }

    /// <summary>The line that <see cref="ReadEnd"/> reads.</summary>
    public static string EndOf(int exitCode, Effort effort) => string.Create(
        CultureInfo.InvariantCulture, $"{Mark}{exitCode} {effort.Simulated.Ticks} {effort.Processor.Ticks}");
}
