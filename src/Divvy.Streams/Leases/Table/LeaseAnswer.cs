using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Table;

/// <summary>What the table said to a conditional write.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Row">If it was refused: the row as it is; null: there is none.</param>
/// <param name="Failure">What went wrong, if it was neither made nor refused.</param>
internal readonly record struct LeaseAnswer(LeaseOutcome Outcome, StreamLease? Row = null, Exception? Failure = null);
