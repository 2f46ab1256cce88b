namespace Divvy.Store.Wal;

/// <summary>The header of a record as read.</summary>
/// <param name="Length">Bytes of kind and payload.</param>
/// <param name="Durable">How much of the segment was durable when it was written.</param>
/// <param name="Checksum">The chained checksum.</param>
/// <param name="Checks">Length and durable are as they were written.</param>
internal readonly record struct WalFrameHeader(uint Length, uint Durable, uint Checksum, bool Checks);
