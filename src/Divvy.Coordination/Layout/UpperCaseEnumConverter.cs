using System.Text.Json;
using System.Text.Json.Serialization;

namespace Divvy.Coordination.Layout;

/// <summary>Enums as upper-case words: <c>ACTIVE</c>, <c>DRAINING</c>, the statuses runbooks look for.</summary>
internal sealed class UpperCaseEnumConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false)
    where T : struct, Enum;
