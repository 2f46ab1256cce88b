namespace Divvy.Client.Etcd;

/// <summary>What a read found.</summary>
/// <param name="Revision">The store's revision when it answered (the current one even for historical reads): a watch
/// from <c>Revision + 1</c> continues a current read without gap or duplicate.</param>
/// <param name="Items">The keys, in the order asked for.</param>
/// <param name="More">The limit cut the result short.</param>
/// <param name="Count">How many keys the range has, whatever the limit.</param>
public sealed record RangeResult(long Revision, IReadOnlyList<Kv> Items, bool More, long Count)
{
    /// <summary>The first key, or null if there is none: the result of reading a single key.</summary>
    public Kv? First => Items.Count > 0 ? Items[0] : null;
}
