namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>RFC 9113, section 6.5.2.</summary>
internal enum Setting : ushort
{
    HeaderTableSize = 1,
    EnablePush = 2,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
    MaxFrameSize = 5,
}
