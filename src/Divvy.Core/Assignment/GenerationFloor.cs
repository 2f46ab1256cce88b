using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>From where a new record's generations grow, so that no token is ever issued twice (R9). A record that is
/// deleted takes its counter with it; the store's revision is the memory that stays.</summary>
public static class GenerationFloor
{
    /// <summary>For a shard that may have existed before: any store revision read after its record went. A shard's
    /// generation grows by at most one a revision, starting below a revision, so no earlier generation reaches
    /// it.</summary>
    public static Generation AfterDeletion(Revision readAfterDeletion) => new(readAfterDeletion.Value);

    /// <summary>For an unowned record that was created without a floor (a listed shard): its own mod revision, which is
    /// later than any deletion of a record of that name. So nobody has to have read anything at the right
    /// moment.</summary>
    public static Generation Of(in VersionedShard shard) =>
        shard.Record.Generation == default ? AfterDeletion(shard.Revision) : shard.Record.Generation;

    /// <summary>For a child of a split or merge: above every parent, whose keys it takes over.</summary>
    public static Generation AboveParents(ReadOnlySpan<Generation> parents)
    {
        var highest = default(Generation);
        foreach (var parent in parents)
        {
            highest = parent > highest ? parent : highest;
        }

        return highest;
    }
}
