namespace Divvy.Streams.Kinesis.Calls;

/// <summary>What one try of a call gave: an answer, or why there is none.</summary>
internal readonly record struct Attempt<T>(T? Answer, ServiceError? Error);
