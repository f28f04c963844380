using System.Text;

namespace Drover.Simulator.Calls;

/// <summary>Gathers the parts of a request's messages.</summary>
internal sealed class PromptBuilder
{
    private readonly StringBuilder _instructions = new();
    private string _user = "";
    private ulong _hash;
    private int _bytes;
    private int _imageTokens;
    private int _images;

    public void AddText(string role, string text)
    {
        _hash = StableHash.Mix(StableHash.Of(text, _hash), StableHash.Of(role));
        _bytes += Encoding.UTF8.GetByteCount(text);
        if (role == "user")
        {
            (text, _user) = (_user, text);
        }

        if (text.Length > 0)
        {
            _instructions.Append(_instructions.Length > 0 ? "\n\n" : "").Append(text);
        }
    }

    public void AddImage(ReadOnlySpan<byte> url, bool isSmall)
    {
        _hash = StableHash.Of(url, _hash);
        _imageTokens += isSmall ? TokenEstimate.SmallImage : TokenEstimate.Image;
        _images++;
    }

    public Prompt Build() =>
        new(_instructions.ToString(), _user, _hash, TokenEstimate.OfBytes(_bytes) + _imageTokens, _images);
}
