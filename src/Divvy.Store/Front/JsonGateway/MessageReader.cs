using System.Collections;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>JSON into messages as the gateway of etcd 3.4 reads it: both spellings of a field's name, numbers with or
/// without quotes, enums by name or number, null for absent; a field that nobody knows is passed over.</summary>
internal static class MessageReader
{
    private static readonly JsonDocumentOptions options = new() { MaxDepth = JsonScanner.MaxDepth + 2 };

    /// <summary>Fills a message from one JSON value that the scanner has passed.
    /// <exception cref="GatewayException">A value does not fit its field.</exception></summary>
    public static void Read(ReadOnlyMemory<byte> json, IMessage message)
    {
        using var document = Parse(json);
        Fill(document.RootElement, message);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, options);
        }
        catch (JsonException)
        {
            // Only what is no UTF-8 comes so far. Go would put replacement characters, which no field wants.
            throw new GatewayException("invalid UTF-8 in JSON text");
        }
    }

    private static void Fill(JsonElement json, IMessage message)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return;
        if (json.ValueKind != JsonValueKind.Object)
            throw Misfit(json, "map[string]json.RawMessage");
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            // The camel-case spelling wins when a client sends both.
            if (!json.TryGetProperty(field.JsonName, out var value) && !json.TryGetProperty(field.Name, out value))
                continue;
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            if (field.IsRepeated)
                FillList(value, (IList)field.Accessor.GetValue(message), field);
            else
                field.Accessor.SetValue(message, ReadValue(value, field));
        }
    }

    private static void FillList(JsonElement json, IList list, FieldDescriptor field)
    {
        if (json.ValueKind != JsonValueKind.Array)
            throw Misfit(json, "[]json.RawMessage");
        foreach (var item in json.EnumerateArray())
            list.Add(ReadValue(item, field));
    }

    private static object ReadValue(JsonElement json, FieldDescriptor field)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                var message = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                Fill(json, message);
                return message;
            case FieldType.Enum:
                return ReadEnum(json, field.EnumType);
            case FieldType.Bytes:
                return ReadBytes(json);
            case FieldType.String:
                return json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Misfit(json, "string");
            case FieldType.Bool:
                return json.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? json.GetBoolean()
                    : throw Misfit(json, "bool");
            case FieldType.Int64 or FieldType.SInt64:
                return ReadNumber(json, "int64", static (JsonElement number, out long value) =>
                    number.TryGetInt64(out value));
            case FieldType.UInt64 or FieldType.Fixed64:
                return ReadNumber(json, "uint64", static (JsonElement number, out ulong value) =>
                    number.TryGetUInt64(out value));
            case FieldType.Int32:
                return ReadNumber(json, "int32", static (JsonElement number, out int value) =>
                    number.TryGetInt32(out value));
            case FieldType.UInt32:
                return ReadNumber(json, "uint32", static (JsonElement number, out uint value) =>
                    number.TryGetUInt32(out value));
            default:
                throw new NotSupportedException($"{field.FullName}: etcd's API has no {field.FieldType}");
        }
    }

    private static ByteString ReadBytes(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
            return ByteString.CopyFrom([.. json.EnumerateArray().Select(ReadByte)]);
        if (json.ValueKind != JsonValueKind.String)
            throw Misfit(json, "[]uint8");
        var wrong = Base64Text.Decode(json.GetString()!, out var bytes);
        return wrong < 0
            ? UnsafeByteOperations.UnsafeWrap(bytes)
            : throw new GatewayException($"illegal base64 data at input byte {wrong}");
    }

    private static byte ReadByte(JsonElement json) => json.ValueKind != JsonValueKind.Number
        ? throw Misfit(json, "uint8")
        : json.TryGetByte(out var value) ? value : throw Misfit(json, "uint8", $"number {json.GetRawText()}");

    private static object ReadEnum(JsonElement json, EnumDescriptor type)
    {
        var name = GoName(type);
        if (json.ValueKind != JsonValueKind.String)
            return ReadNumber(json, name, static (JsonElement number, out int value) => number.TryGetInt32(out value));
        return type.FindValueByName(json.GetString()!)?.Number
            ?? throw new GatewayException($"unknown value \"{json.GetString()}\" for enum {name}");
    }

    private static object ReadNumber<T>(JsonElement json, string type, TryGet<T> tryGet)
        where T : struct
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            using var unquoted = Unquote(json);
            return ReadNumber(unquoted.RootElement, type, tryGet);
        }
        if (json.ValueKind == JsonValueKind.Null)
            return default(T);
        if (json.ValueKind != JsonValueKind.Number)
            throw Misfit(json, type);
        return tryGet(json, out var value) ? value : throw Misfit(json, type, $"number {json.GetRawText()}");
    }

    /// <summary>What stands between the quotes, as JSON of its own.</summary>
    private static JsonDocument Unquote(JsonElement json)
    {
        var text = Encoding.UTF8.GetBytes(json.GetRawText()[1..^1]);
        var scanner = new JsonScanner(text, isWhole: true);
        if (!scanner.TryReadValue())
            throw new GatewayException("unexpected end of JSON input");
        if (scanner.TryPeekToken(out var next))
            throw JsonScanner.Invalid(next, "after top-level value");
        var inner = Parse(text);
        if (inner.RootElement.ValueKind != JsonValueKind.String)
            return inner;
        inner.Dispose();
        throw new GatewayException("json: cannot unmarshal string into Go value of type int64");
    }

    private static GatewayException Misfit(JsonElement json, string type, string? found = null) =>
        new($"json: cannot unmarshal {found ?? Kind(json)} into Go value of type {type}");

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "bool",
    };

    /// <summary>The name of the type that protoc-gen-go makes.</summary>
    private static string GoName(EnumDescriptor type) =>
        $"{type.File.Package}.{type.FullName[(type.File.Package.Length + 1)..].Replace('.', '_')}";

    private delegate bool TryGet<T>(JsonElement number, out T value);
}
