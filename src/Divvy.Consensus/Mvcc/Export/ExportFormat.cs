namespace Divvy.Consensus.Mvcc.Export;

/// <summary>
/// The bytes that a store is written to and read back from: format 1.
/// <para>A sequence of frames. A frame is: length of its content (4 bytes, little endian), CRC-32C of its content (4
/// bytes, little endian), content. The content's first byte is its kind. Frames come in the order of the kinds, and
/// any number of <see cref="Lease"/>, <see cref="Keys"/> and <see cref="Boundary"/> frames. <i>Number</i> is an
/// unsigned LEB128; <i>fixed</i> is 8 bytes, little endian.</para>
/// <list type="bullet">
/// <item><see cref="Header"/>: the bytes <c>DVMV</c>, format (1 byte), applied index, revision, compacted revision
/// (fixed each).</item>
/// <item><see cref="Lease"/>: leases, by id: id, time to live, checkpoint (fixed each). Their keys are not here: a
/// key's newest record names its lease.</item>
/// <item><see cref="Keys"/>: the records that the store keeps, by key and then by revision. Each is: length of the
/// prefix that its key shares with the key before it in the frame (number), rest of the key (number, bytes), flags (1
/// byte), mod revision (number), place among the revision's changes (number). Unless it is a tombstone it goes on
/// with: mod revision less create revision, version (numbers), lease (fixed, if flagged), value (number,
/// bytes).</item>
/// <item><see cref="Boundary"/>: records in the same form, by place. They are the changes of the compacted revision
/// that no history keeps, and stay in the log alone: a watch may start there and has to be told of them.</item>
/// <item><see cref="End"/>: the numbers of leases, records and boundary records (numbers).</item>
/// </list>
/// <para>The log of changes is not written a second time: revision and place of the records say its order.</para>
/// </summary>
internal static class ExportFormat
{
    public const byte Version = 1;

    public const byte Header = 1;
    public const byte Lease = 2;
    public const byte Keys = 3;
    public const byte Boundary = 4;
    public const byte End = 5;

    /// <summary>Length and checksum before a frame's content.</summary>
    public const int PrefixBytes = 8;

    /// <summary>A larger frame is taken for damage. A frame holds one record at least, however large, and the store
    /// admits requests of a few megabytes.</summary>
    public const int MaxFrameBytes = 256 * 1024 * 1024;

    public const byte TombstoneFlag = 1;
    public const byte LeaseFlag = 2;

    public static ReadOnlySpan<byte> Magic => "DVMV"u8;
}
