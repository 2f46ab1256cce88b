using Divvy.Histories.Linearizability;

namespace Divvy.Histories.KeyValue;

/// <summary>etcd's key-value store as a sequential object. Every answer carries the revision it was given at, so a history
/// leaves little to search; the keys cannot be looked at one by one, for the revision couples them.</summary>
/// <remarks>Reads of the past must name the current revision; what they found is judged by <see cref="SnapshotReads"/>.
/// </remarks>
public sealed class KeyValueModel(KeyValueState? initial = null) : IModel<KeyValueState, KeyValueRequest, KeyValueResponse>
{
    private const int MostDescribed = 40;

    public KeyValueState Initial { get; } = initial ?? KeyValueState.Empty;

    public IEqualityComparer<KeyValueState> States => EqualityComparer<KeyValueState>.Default;

    public bool TryStep(
        KeyValueState state, KeyValueRequest input, KeyValueResponse output, out KeyValueState next)
    {
        // The revision decides most cases without any work.
        next = state;
        if (output.Revision != 0 && output.Revision != state.Revision && output.Revision != state.Revision + 1)
            return false;
        (next, var expected) = RequestExecution.Run(state, input);
        return ResponseMatch.Is(state.Revision, input, expected, output);
    }

    public KeyValueState Apply(KeyValueState state, KeyValueRequest input) => RequestExecution.Run(state, input).After;

    public long Progress(KeyValueState state) => state.Revision;

    public long LatestProgress(KeyValueRequest input, KeyValueResponse output)
    {
        if (output.Revision == 0)
            return long.MaxValue;
        return ResponseMatch.Changed(input, output) ? output.Revision - 1 : output.Revision;
    }

    public string Describe(KeyValueRequest input, KeyValueResponse? output) => Description.Of(input, output);

    public string Describe(KeyValueState state)
    {
        var lines = state.Records.Take(MostDescribed).Select(record => record.ToString());
        var rest = state.Records.Count - MostDescribed;
        return $"revision {state.Revision}, {state.Records.Count} keys\n" + string.Join('\n', lines)
            + (rest > 0 ? $"\n… and {rest} more" : "");
    }

    public string Explain(KeyValueState state, KeyValueRequest input, KeyValueResponse output)
    {
        var (next, expected) = RequestExecution.Run(state, input);
        return ResponseMatch.Is(state.Revision, input, expected, output) ? ""
            : output is SeenResponse ? $"it would take effect at revision {next.Revision}"
            : $"the store would answer: {Description.Answer(expected)}";
    }
}
