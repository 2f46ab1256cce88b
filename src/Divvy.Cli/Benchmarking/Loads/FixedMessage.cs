namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>The same request every time.</summary>
internal sealed class FixedMessage(byte[] message) : IRequestMessage
{
    public ReadOnlySpan<byte> For(long index) => message;
}
