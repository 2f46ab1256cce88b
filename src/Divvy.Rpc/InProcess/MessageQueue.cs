namespace Divvy.Rpc.InProcess;

/// <summary>One direction of an in-process call: a bounded queue with one writer and one reader. A full queue makes
/// the writer wait, as a full HTTP/2 window does. Whoever was waiting is resumed on the thread that ended the wait, so
/// a call needs no thread of its own. It allocates nothing per message once its ring has grown.</summary>
internal sealed class MessageQueue<T>
    where T : class
{
    /// <summary>Messages under way in one direction before the writer waits.</summary>
    public const int Window = 16;

    private readonly Lock gate = new();
    private readonly ReusableSignal<T?> reader = new();
    private ReusableSignal<bool>? writer;
    private T?[] ring = new T?[2];
    private int head;
    private int count;
    private bool reading;
    private T? unsent;
    private bool closed;

    /// <summary>Adds a message, waiting while the queue is full. False: the queue is closed, the message is not sent.
    /// </summary>
    public ValueTask<bool> WriteAsync(T message)
    {
        lock (gate)
        {
            if (closed)
                return new ValueTask<bool>(false);
            if (unsent is not null)
                throw new InvalidOperationException("a write is under way already: one writer at a time");
            if (!reading)
            {
                if (count < Window)
                {
                    Push(message);
                    return new ValueTask<bool>(true);
                }

                unsent = message;
                return (writer ??= new()).Arm();
            }

            reading = false;
        }

        reader.Set(message);
        return new ValueTask<bool>(true);
    }

    /// <summary>The next message; null once the queue is closed and empty, or when the wait was given up.</summary>
    public ValueTask<T?> ReadAsync()
    {
        T? message;
        bool resumeWriter;
        lock (gate)
        {
            if (reading)
                throw new InvalidOperationException("a read is under way already: one reader at a time");
            if (count == 0)
            {
                if (closed)
                    return default;
                reading = true;
                return reader.Arm();
            }

            message = Pop();
            resumeWriter = unsent is not null;
            if (resumeWriter)
            {
                Push(unsent!);
                unsent = null;
            }
        }

        if (resumeWriter)
            writer!.Set(true);
        return new ValueTask<T?>(message);
    }

    /// <summary>No more messages: what is queued can still be read.</summary>
    public void Complete() => Close(discard: false);

    /// <summary>Ends both directions at once: what is queued is dropped.</summary>
    public void Abort() => Close(discard: true);

    /// <summary>Makes a waiting read return null. Nothing is lost: a message that came first stays read.</summary>
    public void GiveUpReading()
    {
        lock (gate)
        {
            if (!reading)
                return;
            reading = false;
        }

        reader.Set(null);
    }

    private void Close(bool discard)
    {
        bool resumeReader, resumeWriter;
        lock (gate)
        {
            closed = true;
            if (discard)
            {
                Array.Clear(ring);
                count = 0;
            }

            resumeReader = reading;
            reading = false;
            resumeWriter = unsent is not null;
            unsent = null;
        }

        if (resumeReader)
            reader.Set(null);
        if (resumeWriter)
            writer!.Set(false);
    }

    private void Push(T message)
    {
        if (count == ring.Length)
        {
            var larger = new T?[ring.Length * 2];
            for (var i = 0; i < count; i++)
                larger[i] = ring[(head + i) % ring.Length];
            ring = larger;
            head = 0;
        }

        ring[(head + count++) % ring.Length] = message;
    }

    private T Pop()
    {
        var message = ring[head]!;
        ring[head] = null;
        head = (head + 1) % ring.Length;
        count--;
        return message;
    }
}
