using System.Globalization;
using Divvy.Torture;
using Divvy.Torture.Targets;

// dotnet run -c Release --project test/Divvy.Torture -- [--target divvy|etcd] [--members 1|3|5] [--rounds N]
//     [--duration 30m] [--seed N] [--writers N] [--binary FILE] [--directory DIR]
var settings = new Dictionary<string, string>();
for (var i = 0; i + 1 < args.Length; i += 2)
    settings[args[i]] = args[i + 1];
string? Text(string name) => settings.GetValueOrDefault(name);
int Number(string name, int otherwise) =>
    Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
// 90s, 30m, 2h
static TimeSpan Period(string text) =>
    double.Parse(text[..^1], CultureInfo.InvariantCulture) * (text[^1] switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        _ => throw new FormatException($"'{text}' is no duration: say 90s, 30m or 2h"),
    });

var directory = Text("--directory") ?? Directory.CreateTempSubdirectory("divvy-torture-").FullName;
var options = new TortureOptions
{
    Target = Text("--target") == "etcd" ? new EtcdTarget(Text("--binary")) : new DivvyTarget(Text("--binary")),
    Members = Number("--members", 1),
    Rounds = Number("--rounds", Text("--duration") is null ? 100 : int.MaxValue),
    Duration = Text("--duration") is { } duration ? Period(duration) : TimeSpan.MaxValue,
    Seed = Number("--seed", 1),
    Writers = Number("--writers", 8),
    Directory = directory,
};
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    interrupted.Cancel();
};
TortureSummary summary;
await using (var run = new TortureRun(options, Console.WriteLine))
    summary = await run.RunAsync(interrupted.Token);

Console.WriteLine($"{summary.Rounds} rounds on {options.Members} x {options.Target.Name} (seed {options.Seed}):"
    + $" {summary.Kills} kills, {summary.Disturbances} pauses and cuts, {summary.Acknowledged} writes acknowledged, {summary.Unknown} unknown, {summary.Reads} reads,"
    + $" {summary.Calls} calls in order, revision {summary.Revision}");
foreach (var (failpoint, deaths) in summary.Failpoints)
    Console.WriteLine($"  died {deaths} times at {failpoint}");
if (summary.Violation is null)
{
    Console.WriteLine("every promise was kept");
    if (Text("--directory") is null)
        Directory.Delete(directory, recursive: true);
    return 0;
}

Console.WriteLine($"VIOLATED in {summary.Violation}");
Console.WriteLine($"the data is kept in {directory}");
return 1;
