using System.Buffers;
using System.Text;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>Encodes the request headers of one connection. A field is entered into the server's table when it is first
/// sent and is one octet from then on, as with any gRPC client; strings go without Huffman code. The few fields of a
/// client (a path a method, and constants) never fill the table, so nothing is ever evicted; if the server's table is
/// too small for that, fields go as literals. Not thread-safe.</summary>
internal sealed class HpackEncoder
{
    private readonly List<HeaderField> entered = [];
    private readonly Dictionary<string, byte[]> blocks = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<HeaderField> constant;
    private int tableLimit = HpackDecoder.DefaultTableSize;
    private int tableSize;
    private bool mustResize;

    /// <param name="constant">The fields of every request, apart from <c>:path</c>, which goes first.</param>
    public HpackEncoder(IReadOnlyList<HeaderField> constant) => this.constant = constant;

    /// <summary>The server's SETTINGS_HEADER_TABLE_SIZE. A larger table than the default is not made use of.</summary>
    public void SetTableLimit(long limit)
    {
        if (limit >= tableLimit)
            return;
        tableLimit = 0;
        tableSize = 0;
        entered.Clear();
        blocks.Clear();
        mustResize = true;
    }

    /// <summary>The header block of a call of this path.</summary>
    public ReadOnlySpan<byte> Encode(string path)
    {
        if (blocks.TryGetValue(path, out var known))
            return known;
        var output = new ArrayBufferWriter<byte>(256);
        if (mustResize)
            WriteInteger(output, 0x20, 5, 0);
        var before = entered.Count;
        Write(output, new HeaderField(":path", path));
        foreach (var field in constant)
            Write(output, field);
        var block = output.WrittenSpan.ToArray();
        if (mustResize)
        {
            // The resize belongs to this one block.
            mustResize = false;
        }
        else if (entered.Count == before)
        {
            blocks[path] = block;
        }
        else
        {
            // New entries move the indexes of the older ones.
            blocks.Clear();
        }

        return block;
    }

    private static void WriteInteger(ArrayBufferWriter<byte> output, int pattern, int prefixBits, int value)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            output.Write([(byte)(pattern | value)]);
            return;
        }

        output.Write([(byte)(pattern | mask)]);
        for (value -= mask; value >= 0x80; value >>= 7)
            output.Write([(byte)(value | 0x80)]);
        output.Write([(byte)value]);
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string text)
    {
        WriteInteger(output, 0, 7, text.Length);
        Encoding.Latin1.GetBytes(text, output);
    }

    private void Write(ArrayBufferWriter<byte> output, HeaderField field)
    {
        var index = HpackStaticTable.Find(field);
        if (index == 0 && entered.LastIndexOf(field) is >= 0 and var position)
            index = HpackStaticTable.Count + entered.Count - position;
        if (index > 0)
        {
            WriteInteger(output, 0x80, 7, index);
            return;
        }

        var enters = tableSize + field.TableSize <= tableLimit;
        var name = HpackStaticTable.FindName(field.Name);
        WriteInteger(output, enters ? 0x40 : 0, enters ? 6 : 4, name);
        if (name == 0)
            WriteString(output, field.Name);
        WriteString(output, field.Value);
        if (!enters)
            return;
        entered.Add(field);
        tableSize += field.TableSize;
    }
}
