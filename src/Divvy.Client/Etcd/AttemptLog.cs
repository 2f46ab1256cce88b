using Divvy.Rpc;

namespace Divvy.Client.Etcd;

/// <summary>What one call tried: per endpoint the number of attempts and the last failure. Becomes the exception.
/// </summary>
internal sealed class AttemptLog(string operation)
{
    private readonly List<(string Target, int Count, RpcException Last)> targets = [];

    public void Add(string target, RpcException failure)
    {
        var index = targets.FindIndex(entry => entry.Target == target);
        var count = index < 0 ? 1 : targets[index].Count + 1;
        if (index >= 0)
            targets.RemoveAt(index);
        targets.Add((target, count, failure));
    }

    /// <summary>The store said no, or the outcome is not known.</summary>
    public EtcdException Failed(bool outcomeUnknown)
    {
        var (target, _, failure) = targets[^1];
        var hint = outcomeUnknown
            ? "the store may have done it or may still do it: read before repeating it"
            : EtcdHints.For(failure);
        var what = outcomeUnknown ? "has an unknown outcome" : "failed";
        return Build($"etcd {operation} {what} at {target}: {failure.Message}", hint, outcomeUnknown);
    }

    /// <summary>Time is up.</summary>
    public EtcdException TimedOut(TimeSpan timeout, IEnumerable<string> endpoints, bool outcomeUnknown)
    {
        var tried = targets.Count == 0
            ? string.Join(", ", endpoints)
            : string.Join("; ", targets.Select(entry =>
                $"{entry.Target} ({entry.Count} attempts, last: {entry.Last.Message})"));
        return Build(
            $"etcd {operation} got no answer within {timeout.TotalSeconds:0.###} s. Tried: {tried}",
            "check that the store runs, has a leader, and is reachable at these endpoints",
            outcomeUnknown);
    }

    private EtcdException Build(string message, string hint, bool outcomeUnknown)
    {
        var last = targets.Count == 0 ? null : targets[^1].Last;
        return new EtcdException(
            last?.Code ?? RpcStatusCode.DeadlineExceeded,
            hint.Length == 0 ? message : $"{message} ({hint})",
            last?.Detail ?? "",
            targets.Count == 0 ? "" : targets[^1].Target,
            hint,
            outcomeUnknown,
            last);
    }
}
