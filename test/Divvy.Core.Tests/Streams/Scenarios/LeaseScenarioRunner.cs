using System.Globalization;
using Divvy.Core.Streams;

namespace Divvy.Core.Tests.Streams.Scenarios;

/// <summary>The commands of the lease scenarios; see testdata/README.md.</summary>
internal sealed class LeaseScenarioRunner
{
    private readonly LeaseWorld world = new();
    private int told;
    private bool parentsFirst = true;

    public IEnumerable<string> Execute(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var rest = words[1..];
        switch (words[0])
        {
            case "leases":
                for (var number = 1; number <= Number(rest[0]); number++)
                    world.Put(new StreamLease($"s{number:00}"));
                break;
            case "child":
                world.Put(new StreamLease(rest[0]) { Parents = [.. rest[1..]] });
                break;
            case "children-at-once":
                parentsFirst = false;
                break;
            case "row":
                world.Put(new StreamLease(rest[0]) { Owner = rest[1], Counter = Number(rest[2]) });
                break;
            case "start":
                foreach (var name in rest)
                    world.Start(name, settings => settings with { ParentsFirst = parentsFirst });
                break;
            case "kill":
                world.Kill(rest[0]);
                break;
            case "pause" or "resume":
                world.Pause(rest[0], words[0] == "pause");
                break;
            case "leave":
                world.Leave(rest[0]);
                break;
            case "slow":
                world.Worker(rest[0]).YieldsAtOnce = false;
                break;
            case "finished":
                Finished(rest[0], rest[1]);
                break;
            case "end" or "checkpoint":
                return Write(rest[0], rest[1], words[0] == "end" ? Checkpoint.ShardEnd : new Checkpoint(rest[2]));
            case "run":
                world.Run(TimeSpan.FromSeconds(double.Parse(rest[0], CultureInfo.InvariantCulture)));
                return News();
            case "quietly":
                world.Run(TimeSpan.FromSeconds(double.Parse(rest[0], CultureInfo.InvariantCulture)));
                told = world.Trace.Count;
                break;
            case "status":
                return Status();
            default:
                throw new FormatException($"there is no command {words[0]}");
        }

        return [];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private void Finished(string worker, string key)
    {
        var one = world.Worker(worker);
        one.Machine.Yielded(key, one.Holds[key], one.Local(world.Now));
    }

    private IEnumerable<string> Write(string worker, string key, Checkpoint checkpoint)
    {
        var one = world.Worker(worker);
        var permission = one.Machine.Begin(
            key,
            one.Holds.GetValueOrDefault(key),
            row => checkpoint.IsShardEnd ? LeaseWrite.Finish(row, []) : LeaseWrite.MakeCheckpoint(row, checkpoint),
            one.Local(world.Now),
            out var write);
        if (write is null)
            return [$"{worker} may not write {key}: {permission}"];
        return [world.Write(one, write) ? $"{worker} writes {checkpoint} to {key}" : $"{worker} is refused {key}"];
    }

    private List<string> News()
    {
        var news = world.Trace[told..];
        told = world.Trace.Count;
        return news;
    }

    private IEnumerable<string> Status()
    {
        foreach (var (worker, held) in world.Held())
        {
            var keys = string.Join(' ', world.Worker(worker).Holds.Keys);
            yield return $"{worker} holds {held}: {keys}".TrimEnd();
        }

        yield return $"{world.Moves} moves";
    }
}
