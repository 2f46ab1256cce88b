namespace Divvy.Histories.Linearizability;

/// <summary>What the clients were promised, as a sequential object: a state and what each operation does to it.</summary>
/// <remarks>States are immutable, and cheap to hash and to compare: the search keeps thousands of them.</remarks>
public interface IModel<TState, TInput, TOutput>
    where TInput : class
    where TOutput : class
{
    TState Initial { get; }

    /// <summary>When two states are the same: nothing that can still happen tells them apart.</summary>
    IEqualityComparer<TState> States { get; }

    /// <summary>Whether the operation may give this output in this state, and the state after it.</summary>
    bool TryStep(TState state, TInput input, TOutput output, out TState next);

    /// <summary>The state after an operation whose output nobody saw.</summary>
    TState Apply(TState state, TInput input);

    /// <summary>Splits a history into parts that do not touch each other's state, as by key. Each part is a list of positions.
    /// Default: one part.</summary>
    IReadOnlyList<IReadOnlyList<int>> Partition(IReadOnlyList<Operation<TInput, TOutput>> history) =>
        [[.. Enumerable.Range(0, history.Count)]];

    /// <summary>A measure of the state that no operation lowers and every change raises, as a revision. Default: none; then
    /// leave <see cref="LatestProgress"/> at its default too.</summary>
    long Progress(TState state) => 0;

    /// <summary>The highest <see cref="Progress"/> at which the operation may still begin. The search leaves a state as soon as
    /// it is too late for one operation that must still find its place, which keeps lost operations from being tried in all
    /// combinations. Default: never too late.</summary>
    long LatestProgress(TInput input, TOutput output) => long.MaxValue;

    /// <summary>Why the operation cannot give this output in this state, in one sentence; for people. Default: nothing.</summary>
    string Explain(TState state, TInput input, TOutput output) => "";

    /// <summary>The operation in a few words, as a picture shows it.</summary>
    string Describe(TInput input, TOutput? output);

    /// <summary>The state in a few lines.</summary>
    string Describe(TState state);
}
