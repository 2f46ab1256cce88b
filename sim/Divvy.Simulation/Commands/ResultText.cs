using System.Globalization;
using System.Text;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Commands;

/// <summary>A run's result in a few lines.</summary>
internal static class ResultText
{
    public static string Of(RunResult result)
    {
        var culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        text.Append(culture, $"seed {result.Options.Seed}: {result.Options}\n");
        text.Append(culture, $"  hash {result.Hash:x16}, {result.Faults} faults,");
        text.Append(culture, $" {result.Simulated.TotalSeconds:F1} s simulated in {result.Took.TotalSeconds:F2} s");
        text.Append(culture, $" ({result.Processor.TotalSeconds:F2} s of one core)\n");
        text.Append("  ").AppendJoin(", ", result.Counters.Select(counter => $"{counter.Value} {counter.Key}"));
        return text.ToString();
    }
}
