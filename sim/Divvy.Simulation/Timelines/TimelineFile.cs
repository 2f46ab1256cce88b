using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Timelines;

/// <summary>Writes what happened in a run to a file.</summary>
internal static class TimelineFile
{
    /// <summary>Writes swim-lanes if the name ends in <c>.html</c>, lines of text otherwise. Says on the error
    /// output why it could not.</summary>
    public static bool TryWrite(string path, RunResult result)
    {
        try
        {
            if (Path.GetExtension(path).Equals(".html", StringComparison.OrdinalIgnoreCase))
                File.WriteAllText(path, SwimLanes.Render(result));
            else
                File.WriteAllLines(path, result.Lines.Select(static line => line.ToString()));
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"divvy-sim: the timeline could not be written: {failure.Message}");
            return false;
        }
    }
}
