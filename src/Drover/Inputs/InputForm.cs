using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Bytes;

namespace Drover.Inputs;

/// <summary>
/// The form that an input has, told by its first bytes: what can be read is read as JSONL in UTF-8, the rest is refused once.
/// </summary>
/// <remarks>
/// Read are: UTF-8, UTF-16 and UTF-32; gzip of these; lines, an array of objects, objects over several lines. Lines keep their numbers.
/// It is streamed: memory does not depend on the input's size.
/// </remarks>
public sealed class InputForm : IAsyncDisposable
{
    private const int HeadLength = 64 * 1024;
    private const int MostLayers = 3;

    private readonly Stack<Stream> _layers;

    private InputForm(Stack<Stream> layers, bool isChanged, bool isList)
    {
        _layers = layers;
        (IsChanged, IsList) = (isChanged, isList);
    }

    /// <summary>The input as JSONL in UTF-8.</summary>
    public Stream Lines => _layers.Peek();

    /// <summary>Whether that is something else than the input's own bytes.</summary>
    public bool IsChanged { get; }

    /// <summary>Whether its objects do not lie on a line each, so that they are counted and not their lines.</summary>
    public bool IsList { get; }

    /// <summary>Looks at an input.</summary>
    /// <param name="input">The input; it stays open when the form is disposed of.</param>
    /// <exception cref="BatchRefusedException">It is nothing that can be read as JSONL.</exception>
    public static async Task<InputForm> OfAsync(Stream input, CancellationToken cancellationToken)
    {
        var layers = new Stack<Stream>();
        var isChanged = false;
        var rest = input;
        for (var layer = 0; ; layer++)
        {
            var (head, isAll) = await ReadHeadAsync(rest, cancellationToken);
            rest = new HeadedStream(head, rest);
            layers.Push(rest);
            if (layer < MostLayers && head.Span.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]))
            {
                rest = new UnpackingStream(rest);
            }
            else if (layer < MostLayers && Utf16Or32(head.Span) is { } encoding)
            {
                rest = Encoding.CreateTranscodingStream(rest, encoding, new UTF8Encoding(false), leaveOpen: true);
            }
            else
            {
                var isList = Judge(head, isAll);
                if (isList)
                {
                    var skipped = SkipMark(head.Span);
                    layers.Push(new ListedStream(skipped > 0 ? new HeadedStream(head[skipped..], ((HeadedStream)rest).Rest) : rest));
                }

                return new InputForm(layers, isChanged || isList, isList);
            }

            isChanged = true;
            layers.Push(rest);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_layers.TryPop(out var layer))
        {
            await layer.DisposeAsync();
        }
    }

    private static async Task<(ReadOnlyMemory<byte> Head, bool IsAll)> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[HeadLength];
        var length = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return (head.AsMemory(0, length), length < head.Length);
    }

    // Whether it is a list of objects rather than lines.
    private static bool Judge(ReadOnlyMemory<byte> head, bool isAll)
    {
        var text = head.Span[SkipMark(head.Span)..];
        return (WrongKind.Of(head.Span) ?? WrongKind.OfText(text, isAll)) is { } fault
            ? throw new BatchRefusedException(400, [fault])
            : IsListOf(text, isAll);
    }

    private static int SkipMark(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;

    // By its mark or, since JSON begins with a character of ASCII, by its zeros.
    private static Encoding? Utf16Or32(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [>= 9 and < 127, 0, 0, 0, ..] => new UTF32Encoding(bigEndian: false, byteOrderMark: true),
        [0, 0, 0xFE, 0xFF, ..] or [0, 0, 0, >= 9 and < 127, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        [0xFF, 0xFE, ..] or [>= 9 and < 127, 0, not 0, 0, ..] => new UnicodeEncoding(bigEndian: false, byteOrderMark: true),
        [0xFE, 0xFF, ..] or [0, >= 9 and < 127, 0, not 0, ..] => new UnicodeEncoding(bigEndian: true, byteOrderMark: true),
        _ => null,
    };

    private static bool IsListOf(ReadOnlySpan<byte> text, bool isAll)
    {
        text = text.TrimStart(" \t\r\n"u8);
        if (text.StartsWith((byte)'['))
        {
            // An array of something else, on one line, is a bad line.
            var inside = text[1..].TrimStart(" \t\r"u8);
            return inside.IsEmpty || inside[0] is (byte)'{' or (byte)'\n'
                || (inside[0] == ']' && inside[1..].Trim(" \t\r\n"u8).IsEmpty);
        }

        var end = text.IndexOf((byte)'\n');
        if (!text.StartsWith((byte)'{') || (end < 0 && !isAll))
        {
            return false;
        }

        var line = end < 0 ? text : text[..end];
        return FirstObject(line) switch
        {
            null => false, // A bad line.
            0 => end >= 0 && FirstObject(text) is not null,
            { } length => line[length..].TrimStart(" \t\r"u8).StartsWith((byte)'{'),
        };
    }

    // Where the object ends that the text begins with; 0: not within the text; null: it is none.
    private static int? FirstObject(ReadOnlySpan<byte> text)
    {
        var options = new JsonReaderOptions { AllowMultipleValues = true };
        var reader = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(options));
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.EndObject)
                {
                    return (int)reader.BytesConsumed;
                }
            }

            return 0;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
