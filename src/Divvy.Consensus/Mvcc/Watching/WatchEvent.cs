namespace Divvy.Consensus.Mvcc.Watching;

/// <summary>One change; a tombstone is a deletion.</summary>
public readonly record struct WatchEvent(KeyRecord Record, KeyRecord? Previous);
