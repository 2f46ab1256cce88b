using System.Numerics;

namespace Divvy.Histories.Linearizability;

/// <summary>Which operations have their place already: bits, and a hash that follows each change at once.</summary>
/// <remarks>Operations are numbered by the instant of their call, those that need not have happened behind all others. So the
/// set is almost always a full beginning, a few scattered bits, and nothing: <see cref="Window"/> keeps the middle only.</remarks>
internal sealed class OperationSet(int required, int optional)
{
    private const int BitsPerWord = 64;

    private readonly ulong[] words = new ulong[Words(required) + Words(optional)];
    private readonly int requiredWords = Words(required);

    /// <summary>Zobrist's hash: the exclusive or of one random number per member.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Adds or removes one.</summary>
    public void Flip(int number)
    {
        var bit = number < required ? number : (requiredWords * BitsPerWord) + (number - required);
        words[bit / BitsPerWord] ^= 1UL << (bit % BitsPerWord);
        Hash ^= Mix((ulong)number + 1);
    }

    public bool Contains(int number)
    {
        var bit = number < required ? number : (requiredWords * BitsPerWord) + (number - required);
        return (words[bit / BitsPerWord] >> (bit % BitsPerWord) & 1) != 0;
    }

    /// <summary>The set without its full beginning and its empty end: equal windows are equal sets.</summary>
    public ulong[] Window()
    {
        var low = 0;
        while (low < requiredWords && words[low] == ulong.MaxValue)
            low++;
        var high = words.Length;
        while (high > low && words[high - 1] == 0)
            high--;

        // The optional operations come behind a stretch of zeroes; the stretch is stored as its length.
        var end = Math.Min(high, requiredWords);
        while (end > low && words[end - 1] == 0)
            end--;
        var tail = Math.Max(0, high - requiredWords);
        var window = new ulong[2 + (end - low) + tail];
        window[0] = (ulong)low;
        window[1] = (ulong)(end - low);
        words.AsSpan(low, end - low).CopyTo(window.AsSpan(2));
        words.AsSpan(requiredWords, tail).CopyTo(window.AsSpan(2 + (end - low)));
        return window;
    }

    /// <summary>The finisher of SplitMix64.</summary>
    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ BitOperations.RotateLeft(value, 33);
    }

    private static int Words(int bits) => (bits + BitsPerWord - 1) / BitsPerWord;
}
