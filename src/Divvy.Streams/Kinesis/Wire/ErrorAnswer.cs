using System.Text.Json.Serialization;

namespace Divvy.Streams.Kinesis.Wire;

/// <summary>The body of a refusal; both spellings of its message occur.</summary>
internal sealed class ErrorAnswer
{
    [JsonPropertyName("__type")]
    public string? Type { get; set; }

    public string? Message { get; set; }

    [JsonPropertyName("message")]
    public string? LowercaseMessage { get; set; }
}
