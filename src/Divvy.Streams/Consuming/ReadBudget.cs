using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>Decides which shard of a worker may read how much, so that all of them together stay below a limit of bytes
/// and none can starve the others. Pure; its owner locks it.</summary>
/// <remarks>
/// <para>The service limits an answer by records and by 10 MB, never by fewer bytes. To reserve the worst for each read
/// would leave room for three reads of all shards at once. So a read reserves what its records are likely to take,
/// by the last answers of its shard, and says how large its answer is before it takes it in
/// (<see cref="TryAdmit"/>): what was reserved too much is given back at once, what is missing is added while the limit
/// is not passed. One answer may pass it: that is the overshoot, of one answer at most. Then nothing is read or taken
/// in until records are processed; answers stay in their connections.</para>
/// <para>Fairness: three quarters of the limit are divided evenly between the shards, the rest is for answers that turn
/// out larger. A shard that holds its part (its processor is slow or stalled) waits for itself, never in others' way;
/// one that holds nothing may always read. An answer takes about half a part: one half is processed while the other is
/// read. What is not known yet is taken for large: a shard's first read is small, and limits grow step by step.</para>
/// <para>When many shards' records grew at once the room can be short although nothing is being read: then fewer
/// records are read at a time, down to one.</para>
/// </remarks>
internal sealed class ReadBudget
{
    /// <summary>The service's limit of one answer.</summary>
    public const long LargestAnswer = 10L << 20;

    /// <summary>What a record takes besides its texts and data: the object, its places in lists, unused room of arrays.
    /// JSON needs as much for a record besides these, and a third more for its data: an answer in memory is not larger
    /// than it was on the wire.</summary>
    public const int RecordOverhead = 100;

    /// <summary>Less is not worth dividing.</summary>
    public const long SmallestLimit = 4L << 20;

    /// <summary>What a record of a shard is taken to take before any was seen.</summary>
    private const int UnknownRecord = 16 << 10;

    /// <summary>By how much a shard's record limit may grow from one read to the next; the first is 1.</summary>
    private const int Growth = 8;

    /// <summary>One in so many of what was known is forgotten with each answer of smaller records.</summary>
    private const int Memory = 8;

    private readonly long limit;
    private readonly int maxReads;
    private int shards;
    private int reads;

    /// <param name="limit">Bytes; at least <see cref="SmallestLimit"/>.</param>
    /// <param name="maxReads">So many reads are under way at once, at most.</param>
    public ReadBudget(long limit, int maxReads = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, SmallestLimit);
        (this.limit, this.maxReads) = (limit, maxReads);
    }

    /// <summary>Bytes buffered and reserved.</summary>
    public long Held { get; private set; }

    private long Part => limit / 4 * 3 / Math.Max(1, shards);

    public static int CostOf(StreamRecord record) => record.Data.Length + record.TextBytes + RecordOverhead;

    /// <summary>A shard takes part.</summary>
    public ReadAccount Open()
    {
        shards++;
        return new ReadAccount();
    }

    /// <summary>A shard leaves, with all it holds.</summary>
    public void Close(ReadAccount account)
    {
        if (account.Reading is not null)
            Settle(account, 0, 0);
        Release(account, account.Buffered);
        shards--;
    }

    /// <summary>Leave to read, or null: ask again when something was settled, released or closed.</summary>
    /// <param name="account">A shard that is not reading.</param>
    /// <param name="maxRecords">The most records it wants.</param>
    public ReadGrant? TryGrant(ReadAccount account, int maxRecords)
    {
        if (reads >= maxReads)
            return null;
        var size = account.RecordSize == 0 ? UnknownRecord : account.RecordSize;
        var most = account.LastLimit == 0 ? 1 : (int)Math.Min(maxRecords, account.LastLimit * (long)Growth);
        var fitting = (int)Math.Clamp(Part / 2 / size, 1, maxRecords);
        var wanted = Math.Min(fitting, most);
        if (account.Buffered > 0 && account.Buffered + Expected(wanted, size) > Part)
            return null;
        var room = limit - Held;
        if (Expected(wanted, size) > room)
        {
            // Reads under way may give back some of what they reserved: worth waiting for. What alone is larger than
            // the whole limit comes when nothing else is held.
            wanted = reads > 0 ? 0 : Held == 0 ? 1 : (int)Math.Clamp(room / size, 0, wanted);
        }
        if (wanted == 0)
            return null;
        account.LastLimit = wanted;
        return Grant(account, new(wanted, Expected(wanted, size), wanted < fitting || account.RecordSize == 0));
    }

    /// <summary>Leave to take in what the service has sent, or null. Something larger than the whole limit may come
    /// when nothing else is held.</summary>
    /// <param name="account">A shard that is not reading.</param>
    /// <param name="bytes">What it takes at most.</param>
    public ReadGrant? TryReserve(ReadAccount account, long bytes)
    {
        if (account.Buffered > 0 && account.Buffered + bytes > Part)
            return null;
        return Held + bytes > limit && Held > 0 ? null : Grant(account, new(int.MaxValue, bytes, false));
    }

    /// <summary>The answer's size is known: leave to take it in, with that reserved from here on; or null: ask again
    /// as for <see cref="TryGrant"/>.</summary>
    /// <param name="account">A shard that is reading.</param>
    /// <param name="bytes">What the answer takes at most.</param>
    public ReadGrant? TryAdmit(ReadAccount account, long bytes)
    {
        var grant = account.Reading ?? throw new InvalidOperationException("the shard is not reading");
        if (bytes > grant.Reserved && Held > limit)
            return null;
        Held += bytes - grant.Reserved;
        account.Reading = grant with { Reserved = bytes };
        return account.Reading;
    }

    /// <summary>The read is over.</summary>
    /// <param name="account">A shard that is reading.</param>
    /// <param name="bytes">What the answer's records take.</param>
    /// <param name="records">So many there were, as the limit of a read counts them.</param>
    public void Settle(ReadAccount account, long bytes, int records)
    {
        var grant = account.Reading ?? throw new InvalidOperationException("the shard is not reading");
        account.Reading = null;
        if (records > 0)
        {
            var kept = account.RecordSize - (account.RecordSize / Memory);
            account.RecordSize = Math.Max(kept, bytes / records);
        }
        account.Buffered += bytes;
        Held += bytes - grant.Reserved;
        reads--;
    }

    /// <summary>Records are processed or thrown away.</summary>
    public void Release(ReadAccount account, long bytes)
    {
        account.Buffered -= bytes;
        Held -= bytes;
    }

    private ReadGrant Grant(ReadAccount account, ReadGrant grant)
    {
        account.Reading = grant;
        Held += grant.Reserved;
        reads++;
        return grant;
    }

    private static long Expected(int records, long size) => Math.Max(size, Math.Min(LargestAnswer, records * size));
}
