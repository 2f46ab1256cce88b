using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>Gathers what the machine owes until the shell takes it.</summary>
internal sealed class HostEffects
{
    private List<long> endedTenures = [];
    private List<long> cancelled = [];
    private List<JournalEntry> journal = [];
    private List<HostAck> acks = [];
    private List<ReleasedRequest> released = [];
    private List<HandlerCall> calls = [];
    private List<HostWarning> warnings = [];

    public void EndTenure(long tenure) => endedTenures.Add(tenure);

    public void CancelOperation(long operation) => cancelled.Add(operation);

    public void Journal(long atMs, ShardId shard, Generation generation, JournalEvent happened) =>
        journal.Add(new JournalEntry(atMs, shard, generation, happened));

    public void Ack(HostAck ack) => acks.Add(ack);

    public void Release(long ticket, in AdmitResult result) => released.Add(new ReleasedRequest(ticket, result));

    public void Call(HandlerCall call) => calls.Add(call);

    public void Warn(ShardId shard, string message) => warnings.Add(new HostWarning(shard, message));

    public HostReady Take()
    {
        if (endedTenures.Count + cancelled.Count + journal.Count + acks.Count + released.Count + calls.Count
            + warnings.Count == 0)
        {
            return HostReady.Nothing;
        }

        var ready = new HostReady
        {
            EndedTenures = endedTenures,
            CancelledOperations = cancelled,
            Journal = journal,
            Acks = acks,
            Released = released,
            Calls = calls,
            Warnings = warnings,
        };
        (endedTenures, cancelled, journal, acks) = ([], [], [], []);
        (released, calls, warnings) = ([], [], []);
        return ready;
    }
}
