using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>The JSON values of a request's body, one after the other, each as soon as it is whole.</summary>
internal sealed class RequestBody(PipeReader reader, int maxBytes)
{
    private bool isFinished;

    /// <summary>The next value as a message; null once the body is at its end.
    /// <exception cref="GatewayException">The body is no JSON, or does not fit the message.</exception></summary>
    public async ValueTask<T?> ReadAsync<T>(CancellationToken cancellationToken)
        where T : class, IMessage<T>, new()
    {
        while (!isFinished)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            T? message;
            int taken;
            try
            {
                message = TryTake<T>(result.Buffer, result.IsCompleted, out taken);
            }
            catch (GatewayException)
            {
                // A body that was looked at and not taken would cost the client its connection.
                isFinished = true;
                reader.AdvanceTo(result.Buffer.End);
                throw;
            }
            if (message is not null)
            {
                reader.AdvanceTo(result.Buffer.GetPosition(taken));
                return message;
            }
            isFinished = result.IsCompleted;
            if (isFinished)
                reader.AdvanceTo(result.Buffer.End);
            else
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
        return null;
    }

    private T? TryTake<T>(in ReadOnlySequence<byte> buffer, bool isLast, out int taken)
        where T : class, IMessage<T>, new()
    {
        taken = 0;
        if (buffer.Length > maxBytes)
            throw new GatewayException($"the request is larger than {maxBytes} bytes");
        var text = buffer.ToArray();
        var scanner = new JsonScanner(text, isLast);
        if (!scanner.TryPeekToken(out _))
            return null;
        if (!scanner.TryReadValue())
            return isLast ? throw new GatewayException("unexpected EOF") : null;
        taken = scanner.Position;
        var message = new T();
        MessageReader.Read(text.AsMemory(0, scanner.Position), message);
        return message;
    }
}
