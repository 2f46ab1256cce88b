namespace Divvy.Core.Assignment;

/// <summary>What a step does to a shard, for events and metrics.</summary>
public enum StepKind
{
    /// <summary>The shard comes to be, with or without an owner.</summary>
    Create,

    /// <summary>An unowned shard gets its first owner.</summary>
    Assign,

    /// <summary>The owner's session is gone: somebody else takes over.</summary>
    Takeover,

    /// <summary>A planned move begins: the next owner prepares.</summary>
    Prepare,

    /// <summary>The next owner is ready: the owner yields.</summary>
    Yield,

    /// <summary>The owner has yielded: the next owner becomes the owner.</summary>
    Flip,

    /// <summary>A planned move is given up: back to the owner.</summary>
    Cancel,

    /// <summary>Standbys, pin or lineage change; the owner stays.</summary>
    Annotate,

    /// <summary>Removal begins: the owner yields with nobody next.</summary>
    Close,

    /// <summary>Removal ends: the record goes.</summary>
    Remove,
}
