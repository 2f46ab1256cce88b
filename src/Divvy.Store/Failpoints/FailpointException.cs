namespace Divvy.Store.Failpoints;

/// <summary>A failpoint with the action <c>return</c> was reached.</summary>
public sealed class FailpointException(string name, string? value)
    : Exception($"failpoint {name}: {value ?? "failed on purpose"}");
