using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;

namespace Drover.Upstreams.Keys;

/// <summary>Keeps the keys out of what is written: some upstreams repeat them in what they answer, in one form or another.</summary>
/// <remarks>
/// Covered is a key, and any run of twelve and more characters of it, plain or in Base64 (of both alphabets, wherever it stands in what was
/// encoded), with JSON, percent and HTML escapes on top, three deep. Asterisks take the place of the bytes, so lengths stay, and JSON
/// stays JSON.
/// </remarks>
internal sealed class KeyMask
{
    private const int ShortestKey = 8;
    private const int ShortestRun = 12;
    private const int Deepest = 3;

    private readonly List<Form> _forms = [];
    private readonly FrozenDictionary<ulong, (Form Form, int At)[]> _blocks;
    private readonly int _block;

    /// <param name="keys">The keys; what is too short to be a secret is not covered.</param>
    public KeyMask(IEnumerable<string> keys)
    {
        foreach (var key in keys.Select(Encoding.UTF8.GetBytes).Where(k => k.Length >= ShortestKey))
        {
            _forms.Add(new Form(key, Math.Min(key.Length, ShortestRun)));
            for (var before = 0; before < 3; before++)
            {
                var encoded = Base64(key, before);
                _forms.Add(new Form(Encoding.ASCII.GetBytes(encoded), Math.Min(encoded.Length, ShortestRun)));
                _forms.Add(new Form(
                    Encoding.ASCII.GetBytes(encoded.Replace('+', '-').Replace('/', '_')), Math.Min(encoded.Length, ShortestRun)));
            }
        }

        // Of every run of so many bytes at least one whole block stands at a multiple of the block's length.
        _block = _forms.Count == 0 ? 1 : Math.Min(sizeof(ulong), (_forms.Min(f => f.Least) + 1) / 2);
        _blocks = _forms.SelectMany(f => Enumerable.Range(0, f.Bytes.Length - _block + 1).Select(at => (Form: f, At: at)))
            .GroupBy(b => BlockAt(b.Form.Bytes, b.At)).ToFrozenDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>Puts asterisks over every occurrence, in place.</summary>
    public byte[] Cover(byte[] text)
    {
        Cover(text.AsSpan());
        return text;
    }

    /// <inheritdoc cref="Cover(byte[])"/>
    public void Cover(Span<byte> text)
    {
        if (_forms.Count == 0)
        {
            return;
        }

        CoverRuns(text, text, default);
        var view = Escapes.Unescape(text, default);
        for (var depth = 1; view is { } unescaped; depth++)
        {
            CoverRuns(text, unescaped.Text, unescaped.Places);
            view = depth < Deepest ? Escapes.Unescape(unescaped.Text, unescaped.Places) : null;
        }
    }

    /// <summary>A text with asterisks over every occurrence.</summary>
    public string? Cover(string? text)
    {
        if (string.IsNullOrEmpty(text) || _forms.Count == 0)
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var covered = Cover((byte[])bytes.Clone());
        return covered.AsSpan().SequenceEqual(bytes) ? text : Encoding.UTF8.GetString(covered);
    }

    // Without what depends on the bytes before and behind it.
    private static string Base64(byte[] key, int before)
    {
        var encoded = Convert.ToBase64String([.. new byte[before], .. key]);
        var whole = (before + key.Length) * 8 / 6;
        return encoded[(((before * 8) + 5) / 6)..whole];
    }

    private void CoverRuns(Span<byte> text, ReadOnlySpan<byte> view, ReadOnlySpan<int> places)
    {
        for (var at = 0; at + _block <= view.Length; at += _block)
        {
            if (!_blocks.TryGetValue(BlockAt(view, at), out var candidates))
            {
                continue;
            }

            foreach (var (form, place) in candidates)
            {
                var (from, to) = form.RunAt(view, at, place);
                if (to - from >= form.Least)
                {
                    var (first, end) = places.IsEmpty ? (from, to) : (places[from], places[to]);
                    text[first..end].Fill((byte)'*');
                }
            }
        }
    }

    private ulong BlockAt(ReadOnlySpan<byte> text, int at)
    {
        ulong block = 0;
        text.Slice(at, _block).CopyTo(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref block, 1)));
        return block;
    }

    /// <summary>A form of a key, and how long a run of it must be to be covered.</summary>
    private sealed record Form(byte[] Bytes, int Least)
    {
        /// <summary>The longest run of the form in a text of which a part is known to stand there.</summary>
        public (int From, int To) RunAt(ReadOnlySpan<byte> text, int at, int place)
        {
            var (from, to) = (at, at);
            for (var p = place; from > 0 && p > 0 && text[from - 1] == Bytes[p - 1]; p--)
            {
                from--;
            }

            for (var p = place; to < text.Length && p < Bytes.Length && text[to] == Bytes[p]; p++)
            {
                to++;
            }

            return (from, to);
        }
    }
}
