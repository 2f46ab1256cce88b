namespace Divvy.Core.Hosting;

/// <summary>The four calls an application's shard handler gets. One shard's calls never overlap.</summary>
public enum HandlerKind
{
    /// <summary>Load what the shard needs; serve nothing. Always comes before the first <see cref="Add"/>, also when
    /// the shard is to be served at once, so that a handler loads in one place.</summary>
    PrepareAdd,

    /// <summary>Begin to serve. Comes again, without a prepare, when a yield was called off.</summary>
    Add,

    /// <summary>The last local request has left: stop what runs in the background and hand over state.</summary>
    PrepareDrop,

    /// <summary>Forget the shard.</summary>
    Drop,
}
