namespace Divvy.Consensus.Mvcc.Leases;

/// <summary>
/// Ids for leases whose clients chose none: positive, and not repeated by the same member after a restart or by
/// another member. Two bytes of the member's id, and six that begin anywhere and count. etcd begins at the
/// milliseconds of its start; with a clock that was set back, the holder of an old lease that ended could find
/// somebody else's new lease under its id.
/// </summary>
/// <param name="memberId">The member's id.</param>
/// <param name="salt">A number that no other start of this member draws.</param>
public sealed class LeaseIds(ulong memberId, ulong salt)
{
    private ulong last = (memberId << 48) | (salt & 0xFFFF_FFFF_FFFF);

    public long Next()
    {
        long id;
        do
            id = (long)(++last & long.MaxValue);
        while (id == 0);
        return id;
    }
}
