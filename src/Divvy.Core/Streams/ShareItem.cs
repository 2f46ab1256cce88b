namespace Divvy.Core.Streams;

/// <summary>A lease, as far as it matters for who should have it.</summary>
/// <param name="Key">The lease.</param>
/// <param name="Owner">Who has it or is being given it; null: it has to be given to somebody.</param>
/// <param name="IsMoving">It is being handed over: rather move others.</param>
public readonly record struct ShareItem(string Key, string? Owner, bool IsMoving = false);
