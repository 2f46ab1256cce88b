namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>The request of one client, made anew for each call in the same octets.</summary>
internal interface IRequestMessage
{
    /// <summary>The encoded message of the request with this number; valid until the next.</summary>
    ReadOnlySpan<byte> For(long index);
}
