using System.Globalization;
using Divvy.Core.Streams;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;
using Divvy.Streams.Leases;

namespace Divvy.Simulation.Streams;

/// <summary>
/// Judges the leases of a run.
/// <para><b>One writer past the fence</b>: what is written to a row is written by its holder in its latest term: a
/// checkpoint, and the end of a shard. The terms are told apart by the takes that the table made, not by what workers
/// believe.</para>
/// <para><b>No record is lost</b>: a worker begins a term at the checkpoint that the table has, processes records
/// without a gap from there, and checkpoints nothing that it did not process; and a shard ends only after its last
/// record, and is begun only after its parents' end, when they come first.</para>
/// <para><b>One owner</b>: when a worker is granted a lease no other one that runs believes to hold it. (One that stands
/// still cannot act on what it believes, and finds out when it goes on.)</para>
/// </summary>
internal sealed class LeaseBook
{
    private readonly SimWorld world;
    private readonly SimStream stream;
    private readonly RunReport report;
    private readonly bool parentsFirst;
    private readonly Dictionary<string, (string Worker, long Fence)> writers = new(StringComparer.Ordinal);
    private readonly Dictionary<LeaseTerm, (StreamNode Node, long Next)> terms = [];
    private readonly Dictionary<string, long> processed = new(StringComparer.Ordinal);

    public LeaseBook(SimWorld world, SimStream stream, SimLeaseService service, bool parentsFirst, RunReport report)
    {
        this.world = world;
        this.stream = stream;
        this.report = report;
        this.parentsFirst = parentsFirst;
        service.Written += OnWritten;
    }

    /// <summary>A worker begins to process a shard.</summary>
    public void Begins(StreamNode node, LeaseTerm term)
    {
        var (life, row) = (node.Life, term.Lease);
        world.Trace.Add(TraceKind.Ownership, life, $"begins {row.Key} at {row.Checkpoint}");
        report.Count("terms");
        foreach (var parent in row.Parents)
        {
            if (parentsFirst && processed.GetValueOrDefault(parent) < stream.Shards[parent].Records)
                report.Violated("parents first", $"{life} begins {row.Key} before {parent} is processed to its end");
        }

        foreach (var (other, (owner, _)) in terms.ToArray())
        {
            if (other.Ended.IsCancellationRequested || !owner.IsUp)
                terms.Remove(other);
            else if (other.Lease.Key == row.Key && !owner.Process.IsPaused)
                report.Violated("one owner", $"{life} begins {row.Key}, which {owner.Life} still holds");
        }

        terms.Add(term, (node, Position(row.Checkpoint) + 1));
    }

    /// <summary>It processes the next record.</summary>
    public void Processes(LeaseTerm term, long record)
    {
        report.Count("records processed");
        var (node, next) = terms[term];
        var key = term.Lease.Key;
        if (record != next)
            report.Violated("no record is lost", $"{node.Life} processes record {record} of {key}, the next is {next}");
        terms[term] = (node, record + 1);
        processed[key] = Math.Max(processed.GetValueOrDefault(key), record);
    }

    public static long Position(Checkpoint checkpoint) =>
        checkpoint.IsRecord ? long.Parse(checkpoint.SequenceNumber, CultureInfo.InvariantCulture) : 0;

    private void OnWritten(LeaseWrite write)
    {
        report.Count($"writes: {write.Purpose}");
        world.Trace.Add(TraceKind.Client, write.Key, write.After.Counter, () =>
            $"{write.Purpose}, counter {write.After.Counter}: {write.After.Owner}, yielding {write.After.YieldingOwner}");
        switch (write.Purpose)
        {
            case LeasePurpose.Take:
                writers[write.Key] = (write.After.Owner!, write.After.Counter);
                break;
            case LeasePurpose.Checkpoint or LeasePurpose.Finish:
                Judge(write);
                break;
        }
    }

    private void Judge(LeaseWrite write)
    {
        if (!writers.TryGetValue(write.Key, out var writer) || writer.Worker != write.Before.Holder
            || write.Before.Counter < writer.Fence)
        {
            report.Violated(
                "one writer past the fence",
                $"{write.Before.Holder} wrote {write.After.Checkpoint} to {write.Key} at counter {write.Before.Counter}; its writer is {writer}");
        }

        var last = processed.GetValueOrDefault(write.Key);
        if (write.After.Checkpoint.IsShardEnd)
        {
            var shard = stream.Shards[write.Key];
            if (!shard.Shard.IsClosed || last < shard.Records)
                report.Violated("no record is lost", $"{write.Key} is ended at record {last} of {shard.Records}");
            return;
        }

        var position = Position(write.After.Checkpoint);
        if (position > last || position < Position(write.Before.Checkpoint))
        {
            report.Violated(
                "no record is lost",
                $"{write.Key} is checkpointed at {position}, processed to {last}, from {write.Before.Checkpoint}");
        }
    }
}
