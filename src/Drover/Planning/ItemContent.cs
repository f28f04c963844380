using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Drover.Recipes;

namespace Drover.Planning;

/// <summary>What an item asks for, as a hash: two of the same content, recipe, model and prompts make the same request.</summary>
/// <remarks>Neither the id nor the priority is part of it, nor how the line is written, as far as sources go.</remarks>
internal static class ItemContent
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>The hash of an item's content, 128 bits.</summary>
    /// <param name="withId">Whether the request tells the model the item's id.</param>
    public static UInt128 Of(in Item item, bool withId)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        buffer.Write(Encoding.UTF8.GetBytes($"{item.Url}\n{item.Wish}\n"));
        if (item.IsSource)
        {
            var source = Source.Read(item.Body);
            using var json = new Utf8JsonWriter(buffer);
            json.WriteStartObject();
            (withId ? source : source with { Id = "" }).WriteTo(json);
            json.WriteEndObject();
        }
        else
        {
            buffer.Write(item.Body.Span);
        }

        return HashOf(buffer.WrittenSpan);
    }

    /// <summary>The hash of an id, 128 bits.</summary>
    public static UInt128 OfId(string id) => HashOf(Encoding.UTF8.GetBytes(id));

    private static UInt128 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        return BitConverter.ToUInt128(hash);
    }
}
