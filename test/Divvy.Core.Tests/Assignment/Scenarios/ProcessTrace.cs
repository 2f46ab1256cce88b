using Divvy.Core.Hosting;
using Divvy.Core.Tests.Assignment.World;

namespace Divvy.Core.Tests.Assignment.Scenarios;

/// <summary>What one process said and did since it was last looked at, and the requests it has.</summary>
internal sealed class ProcessTrace(SimProcess process)
{
    private readonly List<int> inside = [];
    private readonly Dictionary<long, int> waiting = [];
    private int journal;
    private int released;
    private int calls;

    public SimProcess Process => process;

    /// <summary>A request came and was decided.</summary>
    public void Decided(int request, in AdmitResult result)
    {
        if (result.Kind == AdmitKind.Serve)
            inside.Add(request);
        else if (result.Ticket != 0)
            waiting[result.Ticket] = request;
    }

    /// <summary>Where the request stands among those that are served here; -1: it is not served here.</summary>
    public int PositionOf(int request) => inside.IndexOf(request);

    public void Answered(int request) => inside.Remove(request);

    public IEnumerable<string> News()
    {
        for (; journal < process.Journal.Count; journal++)
            yield return $"{process.Name} {HandoffText.Of(process.Journal[journal])}";
        for (; released < process.Released.Count; released++)
        {
            var (ticket, result) = process.Released[released];
            waiting.Remove(ticket, out var request);
            Decided(request, result);
            yield return $"request {request} has waited at {process.Name} and {HandoffText.Of(result)}";
        }

        for (; calls < process.History.Count; calls++)
            yield return $"{process.Name} runs {HandoffText.Of(process.History[calls])}";
    }
}
