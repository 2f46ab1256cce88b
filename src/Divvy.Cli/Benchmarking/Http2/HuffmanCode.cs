using System.Buffers;
using System.Text;

namespace Divvy.Cli.Benchmarking.Http2;

/// <summary>Decodes HPACK's Huffman code (RFC 7541, appendix B). The code is canonical, so the lengths of the codes
/// say everything: codes of one length are consecutive, in the order of their symbols, and each length continues
/// where the shorter one ended.</summary>
internal static class HuffmanCode
{
    private const int Longest = 30;
    private const int EndOfString = 256;

    private static readonly byte[] lengths =
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28,
        28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11,
        10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8,
        15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5,
        6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
        7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
        23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21,
        23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
        26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
        28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
    ];

    private static readonly int[] symbols =
        [.. Enumerable.Range(0, lengths.Length).OrderBy(symbol => lengths[symbol]).ThenBy(symbol => symbol)];

    /// <summary>Of each length: how many codes there are.</summary>
    private static readonly int[] counts =
        [.. Enumerable.Range(0, Longest + 1).Select(length => lengths.Count(other => other == length))];

    /// <summary>Decodes a string, which HPACK uses for octets: each becomes one character.
    /// <exception cref="Http2Exception">It is no such string (wrong padding, or the end-of-string symbol).</exception>
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> input)
    {
        var output = new ArrayBufferWriter<byte>(input.Length * 2);
        int code = 0, length = 0, first = 0, index = 0;
        foreach (var octet in input)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | ((octet >> bit) & 1);
                length++;
                first <<= 1;
                var count = counts[Math.Min(length, Longest)];
                if (length > Longest)
                    throw new Http2Exception("a Huffman-coded header holds a code that does not exist");
                if (code - first >= count)
                {
                    first += count;
                    index += count;
                    continue;
                }

                var symbol = symbols[index + code - first];
                if (symbol == EndOfString)
                    throw new Http2Exception("a Huffman-coded header holds the end-of-string symbol");
                output.Write([(byte)symbol]);
                code = length = first = index = 0;
            }
        }

        // What is left over must be a prefix of the end-of-string symbol, which is all ones, and less than an octet.
        if (length > 7 || code != (1 << length) - 1)
            throw new Http2Exception("a Huffman-coded header ends with wrong padding");
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
