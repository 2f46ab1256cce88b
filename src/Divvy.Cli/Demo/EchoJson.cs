using System.Text.Json.Serialization;

namespace Divvy.Cli.Demo;

/// <summary>The JSON of the echo, compiled with the program: the first answer need not wait for reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EchoAnswer))]
internal sealed partial class EchoJson : JsonSerializerContext;
