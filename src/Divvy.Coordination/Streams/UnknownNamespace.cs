using Divvy.Coordination.Mirror;

namespace Divvy.Coordination.Streams;

/// <summary>What to say about a namespace that does not exist.</summary>
internal static class UnknownNamespace
{
    private const int MaxNames = 20;

    public static string Message(string name, StoreSnapshot snapshot)
    {
        var names = snapshot.Names.ToList();
        var known = names.Count == 0 ? "there is none yet" : $"there are: {string.Join(", ", names.Take(MaxNames))}";
        var more = names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : "";
        return $"the namespace '{name}' does not exist; {known}{more}. Create it with POST /api/v1/namespaces";
    }
}
