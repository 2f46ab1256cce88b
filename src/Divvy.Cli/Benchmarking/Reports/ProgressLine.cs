using System.Globalization;

namespace Divvy.Cli.Benchmarking.Reports;

/// <summary>A progress bar on one line of a terminal, drawn a few times a second while a load runs, and wiped away
/// afterwards.</summary>
internal static class ProgressLine
{
    private const int Width = 40;

    private static readonly TimeSpan refresh = TimeSpan.FromMilliseconds(200);

    /// <summary>Draws until the work is done; the work's own failure is the caller's.</summary>
    public static async Task ShowAsync(TextWriter terminal, Func<long> done, long total, Task work)
    {
        var length = 0;
        while (!work.IsCompleted)
        {
            var line = Line(done(), total);
            await terminal.WriteAsync($"\r{line.PadRight(length)}");
            length = line.Length;
            await Task.WhenAny(work, Task.Delay(refresh));
        }

        await terminal.WriteAsync($"\r{new string(' ', length)}\r");
    }

    /// <summary>The bar of so much.</summary>
    public static string Line(long done, long total)
    {
        var share = total == 0 ? 1.0 : Math.Min(1.0, (double)done / total);
        var filled = (int)(share * Width);
        var bar = new string('=', filled).PadRight(Width);
        return string.Create(CultureInfo.InvariantCulture, $"{done} / {total} [{bar}] {share * 100:0.00}%");
    }
}
