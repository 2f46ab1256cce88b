using System.Buffers;
using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>Messages into JSON as the gateway of etcd 3.4 writes it: fields in the order and spelling of the .proto,
/// without those that have their default, 64-bit numbers as strings, bytes as base64, enums by name.</summary>
internal static class MessageWriter
{
    private static readonly JsonWriterOptions options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // The writer is given one value after the other by this class alone.
        SkipValidation = true,
    };

    public static void Write(IBufferWriter<byte> output, IMessage message)
    {
        using var json = new Utf8JsonWriter(output, options);
        Write(json, message);
    }

    /// <summary>One answer of a stream: <c>{"result":...}</c> and a line end.</summary>
    public static void WriteResult(IBufferWriter<byte> output, IMessage message)
    {
        using (var json = new Utf8JsonWriter(output, options))
        {
            json.WriteStartObject();
            json.WritePropertyName("result");
            Write(json, message);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsRepeated)
            {
                WriteList(json, (IList)field.Accessor.GetValue(message), field);
                continue;
            }
            if (field.HasPresence && !field.Accessor.HasValue(message))
                continue;
            var value = field.Accessor.GetValue(message);
            if (!field.HasPresence && IsDefault(value))
                continue;
            json.WritePropertyName(field.Name);
            WriteValue(json, value, field);
        }
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, IList list, FieldDescriptor field)
    {
        if (list.Count == 0)
            return;
        json.WritePropertyName(field.Name);
        json.WriteStartArray();
        foreach (var item in list)
            WriteValue(json, item!, field);
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, object value, FieldDescriptor field)
    {
        switch (value)
        {
            case IMessage message:
                Write(json, message);
                break;
            case ByteString bytes:
                json.WriteBase64StringValue(bytes.Span);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case long or ulong:
                json.WriteStringValue(FormattableString.Invariant($"{value}"));
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case uint number:
                json.WriteNumberValue(number);
                break;
            case Enum choice:
                WriteEnum(json, Convert.ToInt32(choice, null), field);
                break;
            default:
                throw new NotSupportedException($"{field.FullName}: etcd's API has no {field.FieldType}");
        }
    }

    private static void WriteEnum(Utf8JsonWriter json, int number, FieldDescriptor field)
    {
        if (field.EnumType.FindValueByNumber(number) is { } known)
            json.WriteStringValue(known.Name);
        else
            json.WriteNumberValue(number);
    }

    private static bool IsDefault(object value) => value switch
    {
        ByteString bytes => bytes.IsEmpty,
        string text => text.Length == 0,
        bool flag => !flag,
        long number => number == 0,
        ulong number => number == 0,
        int number => number == 0,
        uint number => number == 0,
        Enum choice => Convert.ToInt32(choice, null) == 0,
        _ => false,
    };
}
