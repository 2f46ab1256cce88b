using System.Text.Json.Serialization;

namespace Divvy.Streams.Kinesis.Wire;

/// <summary>The messages' JSON, by generated code: names as they are, nothing written for what is null.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ListShardsCall))]
[JsonSerializable(typeof(ListShardsAnswer))]
[JsonSerializable(typeof(GetShardIteratorCall))]
[JsonSerializable(typeof(GetShardIteratorAnswer))]
[JsonSerializable(typeof(GetRecordsCall))]
[JsonSerializable(typeof(PutRecordCall))]
[JsonSerializable(typeof(PutRecordAnswer))]
[JsonSerializable(typeof(PutRecordsCall))]
[JsonSerializable(typeof(PutRecordsAnswer))]
[JsonSerializable(typeof(CreateStreamCall))]
[JsonSerializable(typeof(StreamNameCall))]
[JsonSerializable(typeof(DescribeStreamAnswer))]
[JsonSerializable(typeof(SplitShardCall))]
[JsonSerializable(typeof(MergeShardsCall))]
[JsonSerializable(typeof(UpdateShardCountCall))]
[JsonSerializable(typeof(RegisterConsumerCall))]
[JsonSerializable(typeof(RegisterConsumerAnswer))]
[JsonSerializable(typeof(DescribeConsumerCall))]
[JsonSerializable(typeof(DescribeConsumerAnswer))]
[JsonSerializable(typeof(DeregisterConsumerCall))]
[JsonSerializable(typeof(SubscribeCall))]
[JsonSerializable(typeof(WireChildShard[]))]
internal sealed partial class WireJson : JsonSerializerContext;
