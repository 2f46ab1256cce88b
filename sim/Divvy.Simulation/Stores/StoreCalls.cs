using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Writes down what one client asks and what it is told.</summary>
/// <param name="run">The run.</param>
/// <param name="number">The client's number in the history.</param>
/// <param name="process">Its process.</param>
internal sealed class StoreCalls(StoreRun run, int number, SimProcess process)
{
    /// <summary>The newest revision that it was told.</summary>
    public long HighestRevision { get; private set; }

    /// <summary>Writes that were answered since the faults ended.</summary>
    public int WritesSinceHealed { get; private set; }

    /// <summary>Makes a call that changes something. Null: it failed, and perhaps it was done all the same.</summary>
    public async Task<KeyValueResponse?> WriteAsync(KeyValueRequest request, Func<Task<KeyValueResponse>> call)
    {
        var response = await CallAsync(request, call).ConfigureAwait(false);
        if (response is not null && run.IsHealed)
            WritesSinceHealed++;
        return response;
    }

    /// <summary>Makes a call. Null: it failed.</summary>
    public async Task<KeyValueResponse?> CallAsync(KeyValueRequest request, Func<Task<KeyValueResponse>> call)
    {
        var operation = run.History.Calls.Invoke(number, request, run.World.Now);
        var before = HighestRevision;
        try
        {
            var response = await call().ConfigureAwait(false);
            run.History.Calls.Complete(operation, response, run.World.Now);
            run.Report.Count(request is RangeRequest ? "reads" : "writes");
            run.World.Trace.Add(TraceKind.Client, process.Name, response.Revision, () => $"{request}: {response}");
            var isTold = response.Revision > 0 && request is not RangeRequest { Serializable: true };
            if (isTold && response.Revision < before)
            {
                run.Report.Violated(
                    "revision", $"{process.Name} was told {before} and then {response.Revision}: {request}");
            }

            HighestRevision = Math.Max(HighestRevision, response.Revision);
            return response;
        }
        catch (EtcdException failure)
        {
            if (!failure.OutcomeUnknown)
                run.History.Calls.Refuse(operation);
            run.Report.Count(failure.OutcomeUnknown ? "unknown outcomes" : "refused calls");
            run.World.Trace.Add(
                TraceKind.Client, process.Name, (long)failure.Code, () => $"{request} fails: {failure.Message}");
            return null;
        }
    }
}
