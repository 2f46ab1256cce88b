using System.Text.Json.Serialization;
using Divvy.Core.Assignment;
using Divvy.Core.Keys;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Layout;

/// <summary>The JSON of the store: camelCase, enums as words, unknown members ignored so that a newer server's records
/// stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(LowerCaseEnumConverter<ShardPhase>), typeof(LowerCaseEnumConverter<StepKind>),
        typeof(LowerCaseEnumConverter<OwnershipMode>), typeof(LowerCaseEnumConverter<NamespaceLayout>),
        typeof(LowerCaseEnumConverter<PlacementStrategy>),
        typeof(UpperCaseEnumConverter<ServiceStatus>), typeof(UpperCaseEnumConverter<OperatorStatus>),
    ])]
[JsonSerializable(typeof(NamespaceConfig))]
[JsonSerializable(typeof(ServiceRecord))]
[JsonSerializable(typeof(StatusRecord))]
[JsonSerializable(typeof(LeaderRecord))]
[JsonSerializable(typeof(EventBatch))]
[JsonSerializable(typeof(EventBatchDocument))]
[JsonSerializable(typeof(ShardDocument))]
internal sealed partial class StoreJson : JsonSerializerContext;
