using Divvy.Consensus.State;
using Divvy.Store.Packing;

namespace Divvy.Store.Replication;

/// <summary>What a leader answered, or that the member asked does not lead.</summary>
internal sealed record LeaderAnswer
{
    public static readonly LeaderAnswer NotLeader = new() { IsFromLeader = false };

    public bool IsFromLeader { get; init; } = true;

    /// <summary>Of a renewal: the time to live, 0 when there is no such lease. Of a lease's state: the granted time, -1
    /// when there is none.</summary>
    public long TtlSeconds { get; init; }

    public long LeftMilliseconds { get; init; }

    public IReadOnlyList<byte[]> Keys { get; init; } = [];

    public MemberOutcome Outcome { get; init; }

    public byte[] Encode()
    {
        var writer = new PackedWriter(32);
        writer.Flag(IsFromLeader);
        writer.Signed(TtlSeconds);
        writer.Signed(LeftMilliseconds);
        writer.Byte((byte)Outcome);
        writer.Count(Keys.Count);
        foreach (var key in Keys)
            writer.Bytes(key);
        return writer.ToArray();
    }

    /// <exception cref="FormatException">The bytes are no answer.</exception>
    public static LeaderAnswer Decode(ReadOnlyMemory<byte> data)
    {
        var reader = new PackedReader(data);
        var answer = new LeaderAnswer
        {
            IsFromLeader = reader.Flag(),
            TtlSeconds = reader.Signed(),
            LeftMilliseconds = reader.Signed(),
            Outcome = (MemberOutcome)reader.Byte(),
        };
        var keys = new byte[reader.Count()][];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = reader.Bytes().ToArray();
        return answer with { Keys = keys };
    }
}
