using Divvy.Histories.Linearizability;

namespace Divvy.Histories.Tests.Linearizability;

/// <summary>Registers by name: a write sets one, a read answers what is there.</summary>
internal sealed class Register : IModel<int, RegisterCall, RegisterAnswer>
{
    public int Initial => 0;

    public IEqualityComparer<int> States => EqualityComparer<int>.Default;

    public bool TryStep(int state, RegisterCall input, RegisterAnswer output, out int next)
    {
        next = input.Write ?? state;
        return input.Write is not null || output.Value == state;
    }

    public int Apply(int state, RegisterCall input) => input.Write ?? state;

    public IReadOnlyList<IReadOnlyList<int>> Partition(IReadOnlyList<Operation<RegisterCall, RegisterAnswer>> history) =>
        [.. Enumerable.Range(0, history.Count).GroupBy(at => history[at].Input.Name).Select(group => group.ToList())];

    public string Describe(RegisterCall input, RegisterAnswer? output) =>
        input.Write is { } value ? $"{input.Name}={value}" : $"{input.Name} is {output?.Value}";

    public string Describe(int state) => $"value {state}";
}

internal sealed record RegisterCall(int? Write = null, string Name = "x");

internal sealed record RegisterAnswer(int Value = 0);
