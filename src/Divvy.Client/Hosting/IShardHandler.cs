namespace Divvy.Client.Hosting;

/// <summary>What an application does when it gets and gives away shards. One object serves all shards of a
/// host.</summary>
/// <remarks>
/// <para>Calls for one shard never overlap and come in order: prepare-add, add, prepare-drop, drop. Any prefix may be
/// followed by drop: a preparation that was called off, a lost session. Add comes again, without a prepare-add, after a
/// prepare-drop that was called off. Calls for different shards run side by side, at most
/// <see cref="ShardHostOptions.MaxConcurrentHandlers"/> at once. Every call must return; a shard waits for its
/// own.</para>
/// <para>A call that throws is logged and tried again with growing pauses (prepare-add for a planned move: another
/// instance is chosen instead). Work that a handler starts and leaves behind must stop at
/// <see cref="ShardContext.OwnershipEnded"/>, and what it writes elsewhere must carry
/// <see cref="ShardContext.Generation"/>: a paused process may wake up inside a write, and only the receiver of a stale
/// generation can refuse it.</para>
/// </remarks>
public interface IShardHandler
{
    /// <summary>Load what the shard needs, serve nothing yet: the present owner still works. Always comes before the
    /// first <see cref="AddAsync"/>. Ends quietly when <paramref name="cancellationToken"/> says that it took too long
    /// or that nobody wants the shard here any more.</summary>
    ValueTask PrepareAddAsync(ShardContext shard, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>The shard is owned from here on, and requests are let in as soon as this returns.</summary>
    /// <param name="shard">The shard; its generation is the fencing token of all writes.</param>
    /// <param name="state">What the former owner's <see cref="PrepareDropAsync"/> returned; null when it handed nothing
    /// over, when that failed, or when it died: start from what is stored.</param>
    /// <param name="cancellationToken">Cancelled when the call takes too long or the shard is lost.</param>
    ValueTask AddAsync(ShardContext shard, HandOver? state, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <summary>The last request has left and new ones go elsewhere: stop what runs in the background, store what must
    /// be stored, and return what the next owner should begin with. The next owner begins after this
    /// returned.</summary>
    ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken) =>
        ValueTask.FromResult<HandOver?>(null);

    /// <summary>Forget the shard.</summary>
    ValueTask DropAsync(ShardContext shard, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
