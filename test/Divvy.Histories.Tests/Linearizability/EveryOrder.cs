using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.Linearizability;

/// <summary>The definition, tried out: some order of all operations that must have happened, and of some of the others, agrees
/// with real time and explains every answer. Registers of one name only.</summary>
internal static class EveryOrder
{
    public static bool Explains(Register model, IReadOnlyList<Operation<RegisterCall, RegisterAnswer>> history) =>
        Explains(model, model.Initial, [.. history]);

    private static bool Explains(Register model, int state, List<Operation<RegisterCall, RegisterAnswer>> rest)
    {
        if (rest.TrueForAll(operation => operation.IsOptional))
            return true;
        foreach (var operation in rest)
        {
            if (rest.Exists(other => other != operation && other.Returned < operation.Invoked))
                continue;
            var next = model.Apply(state, operation.Input);
            if (operation.Output is { } output && !model.TryStep(state, operation.Input, output, out next))
                continue;
            if (Explains(model, next, [.. rest.Where(other => !ReferenceEquals(other, operation))]))
                return true;
        }

        return false;
    }
}
