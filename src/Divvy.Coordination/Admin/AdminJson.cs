using System.Text.Json.Serialization;

namespace Divvy.Coordination.Admin;

/// <summary>The JSON of the admin API: camelCase; unknown members of a request are refused, since they are misspelt
/// settings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(NamespaceCreate))]
[JsonSerializable(typeof(NamespaceChange))]
[JsonSerializable(typeof(NamespaceView))]
[JsonSerializable(typeof(IReadOnlyList<NamespaceView>))]
[JsonSerializable(typeof(InstanceView))]
[JsonSerializable(typeof(IReadOnlyList<InstanceView>))]
[JsonSerializable(typeof(ShardView))]
[JsonSerializable(typeof(IReadOnlyList<ShardView>))]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(ShardsAdd))]
[JsonSerializable(typeof(ShardsAdded))]
[JsonSerializable(typeof(MoveRequest))]
[JsonSerializable(typeof(PinRequest))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(HealthView))]
public sealed partial class AdminJson : JsonSerializerContext;
