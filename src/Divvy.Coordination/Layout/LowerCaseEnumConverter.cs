using System.Text.Json;
using System.Text.Json.Serialization;

namespace Divvy.Coordination.Layout;

/// <summary>Enums as lower-case words with dashes: <c>stable</c>, <c>consistent-hash-bounded</c>. Numbers are refused,
/// because they would mean something else after a reordering.</summary>
internal sealed class LowerCaseEnumConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
