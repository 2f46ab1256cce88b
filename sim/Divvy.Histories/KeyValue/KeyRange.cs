namespace Divvy.Histories.KeyValue;

/// <summary>Keys as etcd's requests name them.</summary>
/// <param name="Start">The key, or the first one.</param>
/// <param name="End">Empty: the one key. A single NUL: everything from <paramref name="Start"/> on. Else the first key behind.
/// </param>
public readonly record struct KeyRange(string Start, string End = "")
{
    private const string Everything = "\0";

    public static KeyRange All { get; } = new(Everything, Everything);

    public bool IsSingle => End.Length == 0;

    public static KeyRange Prefix(string prefix) =>
        new(prefix, string.Concat(prefix.AsSpan(0, prefix.Length - 1), ((char)(prefix[^1] + 1)).ToString()));

    public bool Contains(string key)
    {
        if (IsSingle)
            return string.Equals(key, Start, StringComparison.Ordinal);
        return string.CompareOrdinal(key, Start) >= 0 && (End == Everything || string.CompareOrdinal(key, End) < 0);
    }

    public override string ToString() =>
        IsSingle ? Start : this == All ? "everything" : End == Everything ? $"[{Start}, …)" : $"[{Start}, {End})";
}
