using Divvy.Cli.Benchmarking.Http2;

namespace Divvy.Cli.Benchmarking.Channels;

/// <summary>A channel over a stream: TLS, and every system without epoll. One task reads; one writes while there is
/// something to write.</summary>
internal sealed class StreamChannel : CallChannel
{
    private const int ReadSize = 64 * 1024;

    private readonly Stream stream;
    private readonly Task reading;
    private OutputBuffer spare = new();
    private Task writing = Task.CompletedTask;
    private bool isWriting;

    public StreamChannel(Stream stream, ClientConnection connection, string target)
        : base(connection, target)
    {
        this.stream = stream;
        Guarded(Flush);
        reading = ReadAsync();
    }

    protected override void Flush()
    {
        if (isWriting || Connection.Output.Length == 0)
            return;
        isWriting = true;
        writing = WriteAsync();
    }

    protected override async Task ReleaseAsync()
    {
        await stream.DisposeAsync();
        await reading;
        await writing;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[ReadSize];
        var filled = 0;
        try
        {
            while (true)
            {
                var count = await stream.ReadAsync(buffer.AsMemory(filled));
                if (count == 0)
                    break;
                filled += count;
                var consumed = Receive(buffer.AsSpan(0, filled));
                buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
                filled -= consumed;
            }

            Close("the server closed the connection");
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            Close(failure.Message);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                OutputBuffer? full = null;
                Guarded(() =>
                {
                    isWriting = Connection.Output.Length > 0;
                    if (isWriting)
                        full = Connection.SwapOutput(spare);
                });
                if (full is null)
                    return;
                await stream.WriteAsync(full.Written);
                full.Clear();
                spare = full;
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            Close(failure.Message);
        }
    }
}
