using System.Text.Json;
using System.Text.Json.Serialization;

namespace Divvy.Cli.Streams.Production;

/// <summary>The event that <c>divvy stream produce</c> writes as JSON. Its number says which event of its key it is, so
/// that a reader can tell what is lost, came twice or came out of order.</summary>
/// <param name="EventId">Of no other event.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="Action">What the user did.</param>
/// <param name="Value">How much.</param>
/// <param name="Timestamp">When it was made, in milliseconds since 1970.</param>
/// <param name="Metadata">What a check needs.</param>
internal sealed record ProducedEvent(
    string EventId, string UserId, string Action, double Value, long Timestamp, ProducedMetadata Metadata)
{
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, json);

    /// <summary>Null when it is not one.</summary>
    public static ProducedEvent? TryRead(ReadOnlySpan<byte> data)
    {
        try
        {
            var read = JsonSerializer.Deserialize<ProducedEvent>(data, json);
            return read?.Metadata?.Key is null ? null : read;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
