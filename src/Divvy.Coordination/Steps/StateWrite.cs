namespace Divvy.Coordination.Steps;

/// <summary>Replaces a shard's state.</summary>
/// <param name="Value">The new state.</param>
/// <param name="Expected">Mod revision of the one that is replaced; 0: there is none.</param>
internal sealed record StateWrite(ReadOnlyMemory<byte> Value, long Expected);
