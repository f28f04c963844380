using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Drover.Simulator;

/// <summary>A fast 64-bit hash that is the same in every process, and the draws that are made from it.</summary>
internal static class StableHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        var hash = Mix(seed, (ulong)bytes.Length);
        while (bytes.Length >= 8)
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        var rest = 0ul;
        foreach (var b in bytes)
        {
            rest = (rest << 8) | b;
        }

        return Mix(hash, rest);
    }

    public static ulong Of(ReadOnlySpan<char> text, ulong seed = 0) => Of(MemoryMarshal.AsBytes(text), seed);

    /// <summary>One step of splitmix64 over the two values.</summary>
    public static ulong Mix(ulong a, ulong b)
    {
        var z = ((a ^ (b * Multiplier)) + Multiplier) * 0xD6E8FEB86659FD93;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1).</summary>
    public static double Unit(ulong hash) => (hash >> 11) * (1.0 / (1ul << 53));
}
