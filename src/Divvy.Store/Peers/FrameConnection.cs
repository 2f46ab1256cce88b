using System.Net.Sockets;
using System.Security.Authentication;

namespace Divvy.Store.Peers;

/// <summary>One connection after the hellos: a writer that sends what its lanes hold, one socket write for all that
/// waits, a reader that hands frames to their handler, and a tick that ends the connection when nothing has come for
/// too long.</summary>
internal sealed class FrameConnection(
    PeerSocket socket, FrameReader reader, PeerTransportOptions options, TimeProvider time, PeerCounters counters)
    : IDisposable
{
    private readonly FrameBuffer buffer = new();
    private readonly List<OutgoingFrame> batch = [];
    private string? endReason;
    private long lastReceived;

    public OutgoingLanes Lanes { get; } = new(options.Limits, counters);

    public string Remote => socket.Remote;

    /// <summary>Carries frames until the connection ends; returns why it did.</summary>
    public async Task<string> RunAsync(IFrameHandler handler, CancellationToken cancellationToken)
    {
        counters.CountConnected();
        Volatile.Write(ref lastReceived, time.GetTimestamp());
        await using (cancellationToken.UnsafeRegister(static self => ((FrameConnection)self!).End("closed"), this)
            .ConfigureAwait(false))
        await using (time.CreateTimer(_ => Tick(handler), null, TimeSpan.Zero, options.PingInterval)
            .ConfigureAwait(false))
        {
            try
            {
                await Task.WhenAll(WriteAsync(), ReadAsync(handler)).ConfigureAwait(false);
            }
            finally
            {
                counters.CountDisconnected();
            }
        }

        return endReason!;
    }

    /// <summary>Ends the connection; the first reason counts.</summary>
    public void End(string reason)
    {
        Interlocked.CompareExchange(ref endReason, reason, null);
        Lanes.Close();
        socket.Abort();
    }

    public void Dispose()
    {
        Lanes.Close();
        buffer.Dispose();
        reader.Dispose();
        socket.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await Lanes.WaitAsync().ConfigureAwait(false))
            {
                Lanes.Take(batch);
                foreach (var frame in batch)
                {
                    buffer.Append(frame);
                    frame.Release();
                }

                var frames = batch.Count;
                batch.Clear();
                await socket.Stream.WriteAsync(buffer.Written).ConfigureAwait(false);
                counters.CountWrite(frames, buffer.Written.Length);
                buffer.Clear();
            }
        }
        catch (Exception failure) when (IsOfConnection(failure))
        {
            End(Describe(failure));
        }
    }

    private async Task ReadAsync(IFrameHandler handler)
    {
        try
        {
            int read;
            do
            {
                var frames = 0;
                while (reader.TryTake(out var kind, out var payload))
                {
                    handler.OnFrame(kind, payload);
                    frames++;
                }

                read = await reader.FillAsync().ConfigureAwait(false);
                Volatile.Write(ref lastReceived, time.GetTimestamp());
                counters.CountRead(frames, read);
            }
            while (read > 0);
            End("the other side closed the connection");
        }
        catch (InvalidDataException failure)
        {
            End($"it sent what it may not: {failure.Message}");
        }
        catch (Exception failure) when (IsOfConnection(failure))
        {
            End(Describe(failure));
        }
        catch
        {
            // A defect of the handler, which its owner reports; the writer must not wait for ever.
            End("its frame could not be handled");
            throw;
        }
    }

    private void Tick(IFrameHandler handler)
    {
        var silence = time.GetElapsedTime(Volatile.Read(ref lastReceived));
        if (silence >= options.DeadAfter)
            End($"nothing came from it for {silence.TotalSeconds:0.#} s");
        else
            handler.OnTick();
    }

    internal static bool IsOfConnection(Exception failure) =>
        failure is IOException or SocketException or ObjectDisposedException or AuthenticationException;

    internal static string Describe(Exception failure) => failure switch
    {
        IOException { InnerException: SocketException inner } => inner.Message,
        _ => failure.Message,
    };
}
