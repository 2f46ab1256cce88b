using System.Collections.Immutable;
using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>Turns what the store says into the next snapshot. Pure but for the report of unreadable values.</summary>
internal sealed class SnapshotEditor(StoreLayout layout, Action<string, string> reportUnreadable)
{
    /// <summary>The snapshot after a batch of a watch.</summary>
    public MirrorUpdate Apply(StoreSnapshot before, Revision revision, IReadOnlyList<WatchEvent> batch)
    {
        var editors = new SortedDictionary<string, NamespaceEditor>(StringComparer.Ordinal);
        foreach (var change in batch)
        {
            var key = layout.Parse(change.Key);
            if (key.Kind == StoreKeyKind.Unknown)
                continue;
            var editor = Open(editors, before, key.Namespace);
            if (change.IsDelete)
                editor.Delete(key);
            else
                editor.Put(key, change.Kv);
        }
        var changes = editors.Values.Select(editor => editor.Finish()).ToImmutableArray();
        var namespaces = before.Namespaces.ToBuilder();
        foreach (var change in changes)
        {
            if (change.After.IsEmpty)
                namespaces.Remove(change.Name);
            else
                namespaces[change.Name] = change.After;
        }
        return new MirrorUpdate(new StoreSnapshot(revision, namespaces.ToImmutable()), changes);
    }

    /// <summary>The snapshot after everything was read anew, and how it differs from the one before.</summary>
    public MirrorUpdate Replace(StoreSnapshot before, Revision revision, IReadOnlyList<Kv> everything)
    {
        var editors = new SortedDictionary<string, NamespaceEditor>(StringComparer.Ordinal);
        foreach (var kv in everything)
        {
            var key = layout.Parse(kv.Key);
            if (key.Kind != StoreKeyKind.Unknown)
                Open(editors, StoreSnapshot.Empty, key.Namespace).Put(key, kv);
        }
        var namespaces = StoreSnapshot.Empty.Namespaces.ToBuilder();
        foreach (var (name, editor) in editors)
            namespaces[name] = editor.Finish().After;
        var after = new StoreSnapshot(revision, namespaces.ToImmutable());
        var names = new SortedSet<string>(before.Namespaces.Keys.Concat(after.Namespaces.Keys), StringComparer.Ordinal);
        return new MirrorUpdate(
            after, [.. names.Select(name => NamespaceDifference.Between(before.Get(name), after.Get(name)))]);
    }

    private NamespaceEditor Open(
        SortedDictionary<string, NamespaceEditor> editors, StoreSnapshot before, string name)
    {
        if (!editors.TryGetValue(name, out var editor))
        {
            editor = new NamespaceEditor(before.Get(name), reportUnreadable);
            editors.Add(name, editor);
        }
        return editor;
    }
}
