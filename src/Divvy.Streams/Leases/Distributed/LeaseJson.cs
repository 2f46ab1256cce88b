using System.Text.Json.Serialization;

namespace Divvy.Streams.Leases.Distributed;

/// <summary>The JSON of leases: camelCase; unknown members are ignored, so that a newer version's rows stay
/// readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LeaseRow))]
internal sealed partial class LeaseJson : JsonSerializerContext;
