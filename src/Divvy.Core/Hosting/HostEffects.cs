using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>Gathers what the machine owes until the shell takes it.</summary>
internal sealed class HostEffects
{
    private List<long> _endedTenures = [];
    private List<long> _cancelled = [];
    private List<JournalEntry> _journal = [];
    private List<HostAck> _acks = [];
    private List<ReleasedRequest> _released = [];
    private List<HandlerCall> _calls = [];
    private List<HostWarning> _warnings = [];

    public void EndTenure(long tenure) => _endedTenures.Add(tenure);

    public void CancelOperation(long operation) => _cancelled.Add(operation);

    public void Journal(long atMs, ShardId shard, Generation generation, JournalEvent happened) =>
        _journal.Add(new JournalEntry(atMs, shard, generation, happened));

    public void Ack(HostAck ack) => _acks.Add(ack);

    public void Release(long ticket, in AdmitResult result) => _released.Add(new ReleasedRequest(ticket, result));

    public void Call(HandlerCall call) => _calls.Add(call);

    public void Warn(ShardId shard, string message) => _warnings.Add(new HostWarning(shard, message));

    public HostReady Take()
    {
        if (_endedTenures.Count + _cancelled.Count + _journal.Count + _acks.Count + _released.Count + _calls.Count
            + _warnings.Count == 0)
        {
            return HostReady.Nothing;
        }

        var ready = new HostReady
        {
            EndedTenures = _endedTenures,
            CancelledOperations = _cancelled,
            Journal = _journal,
            Acks = _acks,
            Released = _released,
            Calls = _calls,
            Warnings = _warnings,
        };
        (_endedTenures, _cancelled, _journal, _acks) = ([], [], [], []);
        (_released, _calls, _warnings) = ([], [], []);
        return ready;
    }
}
