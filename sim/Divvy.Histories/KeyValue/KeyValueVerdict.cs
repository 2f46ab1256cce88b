using Divvy.Histories.Linearizability;

namespace Divvy.Histories.KeyValue;

/// <summary>What became of a history of the store.</summary>
/// <param name="Result">Whether there is an order.</param>
/// <param name="Checked">The operations that were put in order; the positions in the result are positions in it.</param>
/// <param name="ByRevision">The order that the revisions claim was right, so no search was made.</param>
public sealed record KeyValueVerdict(
    CheckResult Result, IReadOnlyList<Operation<KeyValueRequest, KeyValueResponse>> Checked, bool ByRevision)
{
    private const int MostNamed = 4;

    public CheckOutcome Outcome => Result.Outcome;

    /// <summary>The failure in one sentence; null when there is none.</summary>
    public string? Failure
    {
        get
        {
            if (Result.Failed is not { } failed)
                return null;
            var found = $"the longest order explains {failed.Linearization.Count} of {Checked.Count} operations";
            if (failed.Outcome == CheckOutcome.Unknown)
                return $"undecided after {Result.Steps} steps: {found}";
            var blocked = string.Join(
                "; ", failed.Blocked.Take(MostNamed).Select(at => Description.Of(Checked[at].Input, Checked[at].Output)));
            return $"not linearizable: {found}; none of these can come next: {blocked}";
        }
    }

    /// <summary>A picture of the failure, or of the order.</summary>
    public string Draw(string title, KeyValueModel? model = null) =>
        HistoryPicture<KeyValueState, KeyValueRequest, KeyValueResponse>.Draw(
            title, model ?? new KeyValueModel(), Checked, Result.Failed ?? Result.Partitions[0]);
}
