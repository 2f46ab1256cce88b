namespace Divvy.Streams.Kinesis.Signing;

/// <summary>What of an HTTP request is signed.</summary>
/// <param name="Method">Such as <c>POST</c>.</param>
/// <param name="Path">Encoded, beginning with a slash.</param>
/// <param name="Query">Encoded, its parameters sorted; empty when there are none.</param>
/// <param name="Headers">Names in small letters, sorted, values trimmed; <c>host</c> and <c>x-amz-date</c> must be
/// there.</param>
/// <param name="Payload">The body.</param>
internal readonly record struct SignableRequest(
    string Method,
    string Path,
    string Query,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    ReadOnlyMemory<byte> Payload);
