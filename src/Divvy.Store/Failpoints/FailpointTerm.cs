namespace Divvy.Store.Failpoints;

/// <summary>One term: how often, what, with which value.</summary>
/// <param name="Times">How many times it acts before the next term has its turn; null: no limit.</param>
/// <param name="Probability">Of acting each time, 0 to 1.</param>
/// <param name="Action">What it does.</param>
/// <param name="Value">Text, milliseconds of a sleep, or a duration; null: none.</param>
public readonly record struct FailpointTerm(int? Times, double Probability, FailpointAction Action, string? Value)
{
    /// <summary>How long a sleep lasts: a bare number is milliseconds, a text is a duration such as <c>1s</c> or
    /// <c>250ms</c>.</summary>
    public TimeSpan Duration => FailpointTerms.ParseDuration(Value) ?? TimeSpan.Zero;
}
