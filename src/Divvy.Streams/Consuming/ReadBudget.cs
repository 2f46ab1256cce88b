using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>Decides which shard of a worker may read how much, so that all of them together never hold more than a
/// limit of bytes and none can starve the others. Pure; its owner locks it.</summary>
/// <remarks>
/// <para>The service limits an answer by records and by 10 MB, never by fewer bytes. So a read reserves the worst that
/// its record limit allows, and gives back what the answer did not take. With that the limit holds whatever the sizes
/// are.</para>
/// <para>Fairness: a part of the limit is kept for reads under way, the rest is divided evenly between the shards. A
/// shard that holds its part (its processor is slow or stalled) waits for itself, never in others' way; one that holds
/// nothing may always read. Record limits follow the largest record seen, so that an answer takes about half a part:
/// one half is processed while the other is read. What is not known yet is taken for large: a shard's first read is
/// small, and limits grow step by step.</para>
/// <para>When many shards' records grew at once the room can be short although nothing is being read: then fewer
/// records are read at a time, down to one.</para>
/// </remarks>
internal sealed class ReadBudget
{
    /// <summary>The service's limit of one answer.</summary>
    public const long LargestAnswer = 10L << 20;

    /// <summary>The largest record of an ordinary stream, with its key.</summary>
    public const long LargestRecord = (1L << 20) + 1024;

    /// <summary>What a record takes besides its data and key: the object, its strings, its place in lists.</summary>
    public const int RecordOverhead = 300;

    /// <summary>By how much a shard's record limit may grow from one read to the next.</summary>
    private const int Growth = 8;

    private readonly long limit;
    private int shards;
    private int reads;

    /// <param name="limit">Bytes; at least <see cref="SmallestLimit"/>.</param>
    public ReadBudget(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, SmallestLimit);
        this.limit = limit;
    }

    /// <summary>Less could not hold one full answer beside buffers.</summary>
    public static long SmallestLimit => 16L << 20;

    /// <summary>Bytes buffered and reserved.</summary>
    public long Held { get; private set; }

    private long Part => (limit - Math.Max(LargestAnswer + (2 << 20), limit / 3)) / Math.Max(1, shards);

    public static int CostOf(StreamRecord record) =>
        record.Data.Length + (2 * record.PartitionKey.Length) + RecordOverhead;

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
        var size = account.LargestRecord == 0 ? LargestRecord : account.LargestRecord;
        var fitting = (int)Math.Clamp(Part / 2 / size, 1, maxRecords);
        var wanted = account.LastLimit == 0 ? fitting : Math.Min(fitting, account.LastLimit * Growth);
        if (account.Buffered > 0 && account.Buffered + (wanted * size) > Part)
            return null;
        var room = limit - Held;
        if (Worst(wanted) > room)
        {
            // Reads under way give back most of what they reserved: worth waiting for.
            wanted = reads > 0 ? 0 : (int)Math.Min(wanted, room / Worst(1));
        }
        if (wanted == 0)
            return null;
        account.LastLimit = wanted;
        return Grant(account, new(wanted, Worst(wanted), wanted < fitting || account.LargestRecord == 0));
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

    /// <summary>The read is over: its answer takes so much.</summary>
    public void Settle(ReadAccount account, long bytes, int largestRecord)
    {
        var grant = account.Reading ?? throw new InvalidOperationException("the shard is not reading");
        account.Reading = null;
        account.LargestRecord = Math.Max(account.LargestRecord, largestRecord);
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

    private static long Worst(int records) =>
        Math.Min(LargestAnswer, records * LargestRecord) + (records * (long)RecordOverhead);
}
