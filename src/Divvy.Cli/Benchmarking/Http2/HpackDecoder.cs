using System.Text;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>Decodes header blocks (RFC 7541), with the dynamic table: servers then answer in a few octets a call, as
/// they do to any client, where a client that forbade the table would make each answer dearer for the server than it
/// is in real life. One per connection; not thread-safe.</summary>
internal sealed class HpackDecoder
{
    /// <summary>SETTINGS_HEADER_TABLE_SIZE where nothing else was said.</summary>
    public const int DefaultTableSize = 4096;

    private const int MaxIntegerBits = 28;

    private readonly List<HeaderField> entries = [];
    private readonly int maxTableSize;
    private int tableLimit;
    private int tableSize;

    /// <param name="maxTableSize">The SETTINGS_HEADER_TABLE_SIZE that the peer was told.</param>
    public HpackDecoder(int maxTableSize = DefaultTableSize)
    {
        this.maxTableSize = maxTableSize;
        tableLimit = maxTableSize;
    }

    /// <summary>Entries of the dynamic table, the newest first.</summary>
    public IEnumerable<HeaderField> DynamicTable => Enumerable.Reverse(entries);

    /// <summary>Octets the dynamic table takes.</summary>
    public int TableSize => tableSize;

    /// <summary>Decodes a whole block; each field is given to the receiver in order.
    /// <exception cref="Http2Exception">The block is malformed, after which the table is undefined.</exception>
    /// </summary>
    public void Decode(ReadOnlySpan<byte> block, Action<HeaderField> receiver)
    {
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0x80) != 0)
                receiver(At(ReadInteger(ref block, 7)));
            else if ((first & 0xC0) == 0x40)
                receiver(Add(ReadLiteral(ref block, 6)));
            else if ((first & 0xE0) == 0x20)
                Resize(ReadInteger(ref block, 5));
            else
                receiver(ReadLiteral(ref block, 4));
        }
    }

    private static int ReadInteger(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        if (block.IsEmpty)
            throw new Http2Exception("a header block ends inside an integer");
        var mask = (1 << prefixBits) - 1;
        var value = block[0] & mask;
        block = block[1..];
        if (value < mask)
            return value;
        for (var shift = 0; shift < MaxIntegerBits; shift += 7)
        {
            if (block.IsEmpty)
                throw new Http2Exception("a header block ends inside an integer");
            var octet = block[0];
            block = block[1..];
            value += (octet & 0x7F) << shift;
            if ((octet & 0x80) == 0)
                return value;
        }

        throw new Http2Exception("a header block holds an integer that is too large");
    }

    private static string ReadString(ref ReadOnlySpan<byte> block)
    {
        var isHuffman = !block.IsEmpty && (block[0] & 0x80) != 0;
        var length = ReadInteger(ref block, 7);
        if (length > block.Length)
            throw new Http2Exception("a header block ends inside a string");
        var text = block[..length];
        block = block[length..];
        return isHuffman ? HuffmanCode.Decode(text) : Encoding.Latin1.GetString(text);
    }

    private HeaderField ReadLiteral(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var index = ReadInteger(ref block, prefixBits);
        var name = index == 0 ? ReadString(ref block) : At(index).Name;
        return new HeaderField(name, ReadString(ref block));
    }

    private HeaderField At(int index)
    {
        if (index >= 1 && index <= HpackStaticTable.Count)
            return HpackStaticTable.At(index);
        var position = entries.Count - (index - HpackStaticTable.Count);
        if (index == 0 || position < 0)
            throw new Http2Exception($"a header block names the entry {index}, which is in no table");
        return entries[position];
    }

    private HeaderField Add(HeaderField field)
    {
        entries.Add(field);
        tableSize += field.TableSize;
        Evict();
        return field;
    }

    private void Resize(int limit)
    {
        if (limit > maxTableSize)
            throw new Http2Exception($"a header block sets a table size of {limit}, the limit is {maxTableSize}");
        tableLimit = limit;
        Evict();
    }

    private void Evict()
    {
        var gone = 0;
        while (tableSize > tableLimit)
            tableSize -= entries[gone++].TableSize;
        entries.RemoveRange(0, gone);
    }
}
