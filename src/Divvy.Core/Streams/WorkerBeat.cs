namespace Divvy.Core.Streams;

/// <summary>A sign of life of a worker, by which workers that hold no lease yet know of each other.</summary>
/// <param name="Worker">The worker's id.</param>
/// <param name="Incarnation">Which process of that id it is: of two, the later one is the worker.</param>
/// <param name="Count">Grows with every beat; it is compared, never its time.</param>
/// <param name="IsLeaving">It wants its leases to be asked for, and takes none.</param>
public sealed record WorkerBeat(string Worker, string Incarnation, long Count, bool IsLeaving);
