namespace Divvy.Streams.Leases;

/// <summary>The side of a worker that processes what it holds; a <see cref="ILeaseStore"/> calls it. Calls for one
/// lease come one after the other: granted, perhaps yield, then ended (<see cref="LeaseTerm.Ended"/>).</summary>
public interface ILeaseHolder
{
    /// <summary>The lease is held from now on: begin at its checkpoint. Returns at once.</summary>
    void Granted(LeaseTerm term);

    /// <summary>Another worker is to have the lease: stop reading, let the processor finish and checkpoint, return. The
    /// lease stays held until this returns.</summary>
    /// <param name="term">The holding that is to end.</param>
    /// <param name="forced">Cancelled when the next owner begins without waiting any longer.</param>
    Task YieldAsync(LeaseTerm term, CancellationToken forced);

    /// <summary>The lease is gone, without a handover: what is under way must stop, no checkpoint can be made any more.
    /// Returns at once; <see cref="LeaseTerm.Ended"/> is cancelled already.</summary>
    void Lost(LeaseTerm term);
}
