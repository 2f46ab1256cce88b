using System.Text;
using Amazon.Runtime.EventStreams;
using Microsoft.AspNetCore.Http;

namespace Divvy.TestKit.Kinesis;

/// <summary>Writes the messages of one subscription; the AWS SDK encodes them, so that what reads them is judged by
/// another hand's work. One writer.</summary>
public sealed class FanOutEvents(HttpContext context)
{
    private readonly List<byte[]> pending = [];

    /// <summary>Whether no more is to be pushed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>A whole message.</summary>
    /// <param name="kind"><c>event</c> or <c>exception</c>.</param>
    /// <param name="name">The type of the event or exception.</param>
    /// <param name="json">Its content.</param>
    public static byte[] Encode(string kind, string name, string json)
    {
        var headers = new List<IEventStreamHeader>
        {
            Header(":message-type", kind),
            Header(kind == "exception" ? ":exception-type" : ":event-type", name),
            Header(":content-type", "application/json"),
        };
        return new EventStreamMessage(headers, Encoding.UTF8.GetBytes(json)).ToByteArray();
    }

    /// <summary>Sends an exception in place of further events.</summary>
    public void Throw(string type, string message)
    {
        pending.Add(Encode("exception", type, $$"""{"message":"{{message}}"}"""));
        IsOver = true;
    }

    /// <summary>Sends an event of which one byte has changed on the way.</summary>
    public void Damage()
    {
        var message = Encode("event", "SubscribeToShardEvent", """{"Records":[],"ContinuationSequenceNumber":"9"}""");
        message[^8] ^= 1;
        pending.Add(message);
        IsOver = true;
    }

    /// <summary>Ends the answer inside of an event.</summary>
    public void BreakOff()
    {
        var message = Encode("event", "SubscribeToShardEvent", """{"Records":[],"ContinuationSequenceNumber":"9"}""");
        pending.Add(message[..^20]);
        IsOver = true;
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut()
    {
        IsOver = true;
        context.Abort();
    }

    internal async Task WriteAsync(string kind, string name, string json)
    {
        await context.Response.Body.WriteAsync(Encode(kind, name, json), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    internal async Task FlushAsync()
    {
        foreach (var message in pending)
            await context.Response.Body.WriteAsync(message, context.RequestAborted);
        pending.Clear();
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static EventStreamHeader Header(string name, string value)
    {
        var header = new EventStreamHeader(name);
        header.SetString(value);
        return header;
    }
}
