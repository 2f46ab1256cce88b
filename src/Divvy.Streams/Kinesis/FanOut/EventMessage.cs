namespace Divvy.Streams.Kinesis.FanOut;

/// <summary>One message of an event stream.</summary>
/// <param name="Headers">Those with text values; others are skipped.</param>
/// <param name="Payload">Its own copy.</param>
internal sealed record EventMessage(IReadOnlyDictionary<string, string> Headers, byte[] Payload)
{
    /// <summary><c>event</c>, <c>exception</c> or <c>error</c>.</summary>
    public string Kind => Headers.GetValueOrDefault(":message-type", "");

    /// <summary>What it is an event of, an exception of, or the error's code.</summary>
    public string Name => Headers.GetValueOrDefault(
        Kind switch { "exception" => ":exception-type", "error" => ":error-code", _ => ":event-type" }, "");
}
