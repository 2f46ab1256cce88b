using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace Divvy.Core.Keys;

/// <summary>Where a key lies in the 64-bit hash space: XXH64 with seed 0 over the key's UTF-8 bytes, as the xxHash
/// specification (doc/xxhash_spec.md, "XXH64 algorithm") has it, so that a caller in any language finds the same shard.
/// It is part of the wire contract and never changes. Thread-safe; allocates nothing for keys of up to
/// <see cref="MaxStackChars"/> characters, and rents a buffer for longer ones.</summary>
public static class KeyHash
{
    /// <summary>Keys up to this many UTF-16 characters are transcoded on the stack.</summary>
    public const int MaxStackChars = 340;

    // UTF-8 needs at most three bytes for each UTF-16 character.
    private const int BytesPerChar = 3;

    // A small buffer of its own: the runtime clears what it stack-allocates, and most keys are short.
    private const int ShortChars = 40;

    private const int StripeBytes = 32;
    private const ushort NotAscii = 0xFF80;
    private const ulong FourNotAscii = 0xFF80_FF80_FF80_FF80;
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    /// <summary>The hash of a key. A lone surrogate counts as U+FFFD, as in <see cref="Encoding.UTF8"/>.</summary>
    public static ulong Of(ReadOnlySpan<char> key)
    {
        if (key.Length < StripeBytes && TryOfShortAscii(key, out var hash)) return hash;
        if (key.Length > ShortChars) return OfLonger(key);
        Span<byte> buffer = stackalloc byte[ShortChars * BytesPerChar];
        return OfTranscoded(key, buffer);
    }

    /// <summary>The hash of a key's UTF-8 bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        var length = (ulong)key.Length;
        ulong hash;
        if (key.Length >= StripeBytes)
        {
            hash = HashStripes(ref key);
        }
        else
        {
            hash = Prime5;
        }
        return Avalanche(HashTail(hash + length, key));
    }

    /// <summary>Hashes what is shorter than a stripe without a buffer: eight and four characters at a time are narrowed
    /// in registers. False when a character is not ASCII. Routers do this for each request.</summary>
    private static bool TryOfShortAscii(ReadOnlySpan<char> key, out ulong hash)
    {
        hash = Prime5 + (ulong)key.Length;
        // The narrowed characters are read as one number: the order of its bytes matters.
        if (!BitConverter.IsLittleEndian) return false;
        var rest = MemoryMarshal.Cast<char, ushort>(key);
        while (rest.Length >= 8)
        {
            var eight = Vector128.Create(rest);
            if ((eight & Vector128.Create(NotAscii)) != Vector128<ushort>.Zero) return false;
            hash = AddLane(hash, Vector128.Narrow(eight, eight).AsUInt64().ToScalar());
            rest = rest[8..];
        }
        if (rest.Length >= 4)
        {
            var four = MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(rest));
            if ((four & FourNotAscii) != 0) return false;
            four = (four | (four >> 8)) & 0x0000FFFF_0000FFFF;
            hash = AddHalfLane(hash, (uint)(four | (four >> 16)));
            rest = rest[4..];
        }
        foreach (var one in rest)
        {
            if ((one & NotAscii) != 0) return false;
            hash = AddByte(hash, one);
        }
        hash = Avalanche(hash);
        return true;
    }

    private static ulong OfLonger(ReadOnlySpan<char> key)
    {
        if (key.Length <= MaxStackChars)
        {
            Span<byte> buffer = stackalloc byte[MaxStackChars * BytesPerChar];
            return OfTranscoded(key, buffer);
        }
        var rented = ArrayPool<byte>.Shared.Rent(checked(key.Length * BytesPerChar));
        try
        {
            return OfTranscoded(key, rented);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static ulong OfTranscoded(ReadOnlySpan<char> key, Span<byte> buffer)
    {
        // Most keys are ASCII, where narrowing is all there is to do.
        if (Ascii.FromUtf16(key, buffer, out var written) != OperationStatus.Done)
        {
            Utf8.FromUtf16(key, buffer, out _, out written, replaceInvalidSequences: true, isFinalBlock: true);
        }
        return Of(buffer[..written]);
    }

    private static ulong HashStripes(ref ReadOnlySpan<byte> key)
    {
        var (a, b, c, d) = (unchecked(Prime1 + Prime2), Prime2, 0UL, unchecked(0UL - Prime1));
        do
        {
            a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(key));
            b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));
            c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(key[16..]));
            d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(key[24..]));
            key = key[StripeBytes..];
        }
        while (key.Length >= StripeBytes);

        var hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
            + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
        return Merge(Merge(Merge(Merge(hash, a), b), c), d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashTail(ulong hash, ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= 8)
        {
            hash = AddLane(hash, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            rest = rest[8..];
        }
        if (rest.Length >= 4)
        {
            hash = AddHalfLane(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
            rest = rest[4..];
        }
        foreach (var one in rest) hash = AddByte(hash, one);
        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddLane(ulong hash, ulong lane) =>
        BitOperations.RotateLeft(hash ^ Round(0, lane), 27) * Prime1 + Prime4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddHalfLane(ulong hash, uint lane) =>
        BitOperations.RotateLeft(hash ^ (lane * Prime1), 23) * Prime2 + Prime3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddByte(ulong hash, uint lane) =>
        BitOperations.RotateLeft(hash ^ (lane * Prime5), 11) * Prime1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Round(ulong accumulator, ulong lane) =>
        BitOperations.RotateLeft(accumulator + lane * Prime2, 31) * Prime1;

    private static ulong Merge(ulong hash, ulong accumulator) =>
        (hash ^ Round(0, accumulator)) * Prime1 + Prime4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Avalanche(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }
}
