namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>RFC 9113, section 6; <see cref="Ack"/> is the same bit as <see cref="EndStream"/>.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    EndStream = 1,
    Ack = 1,
    EndHeaders = 4,
    Padded = 8,
    Priority = 32,
}
