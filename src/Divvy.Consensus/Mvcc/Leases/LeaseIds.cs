namespace Divvy.Consensus.Mvcc.Leases;

/// <summary>
/// Ids for leases whose clients chose none: positive, and not repeated by the same member after a restart or by
/// another member. As in etcd: two bytes of the member's id, five of the milliseconds at its start, one to count;
/// the count carries into the milliseconds, so it would take 256 ids a millisecond to reach the next start's
/// numbers.
/// </summary>
public sealed class LeaseIds(ulong memberId, long startedUnixMilliseconds)
{
    private ulong last = (memberId << 48) | (((ulong)startedUnixMilliseconds & 0xFF_FFFF_FFFF) << 8);

    public long Next()
    {
        long id;
        do
            id = (long)(++last & long.MaxValue);
        while (id == 0);
        return id;
    }
}
