namespace Divvy.Streams.Kinesis.Calls;

/// <summary>What a call is about, for messages.</summary>
internal readonly record struct CallSubject(string Operation, string? Stream = null, string? Shard = null)
{
    public override string ToString() => (Stream, Shard) switch
    {
        (null, null) => Operation,
        (null, _) => $"{Operation} of shard {Shard}",
        (_, null) => $"{Operation} of stream '{Stream}'",
        _ => $"{Operation} of shard {Shard} of stream '{Stream}'",
    };
}
