namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>The peer broke HTTP/2, HPACK or protobuf; the connection cannot be used any more.</summary>
internal sealed class Http2Exception(string message) : Exception(message);
