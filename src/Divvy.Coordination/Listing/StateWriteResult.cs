using Divvy.Client.Etcd;

namespace Divvy.Coordination.Listing;

/// <summary>What became of a state that was to be written.</summary>
internal sealed record StateWriteResult
{
    private StateWriteResult()
    {
    }

    /// <summary>Not null: it was written, at this revision.</summary>
    public long? Revision { get; private init; }

    /// <summary>Not null: it was refused, because the caller is not the owner.</summary>
    public string? Refusal { get; private init; }

    /// <summary>The state that is there instead of the one that was to be replaced.</summary>
    public Kv? Present { get; private init; }

    public static StateWriteResult Written(long revision) => new() { Revision = revision };

    public static StateWriteResult Refused(string why) => new() { Refusal = why };

    public static StateWriteResult Changed(Kv? present) => new() { Present = present };
}
