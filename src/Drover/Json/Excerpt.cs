namespace Drover.Json;

/// <summary>The beginning of a text of somebody else's, short enough for messages, histories and logs.</summary>
public static class Excerpt
{
    /// <summary>How much of an upstream's words is kept.</summary>
    public const int Message = 500;

    /// <summary>The text, or its beginning with an ellipsis; a character of two halves (a surrogate pair) is not cut in two.</summary>
    public static string Of(string text, int longest = Message) => text.Length <= longest
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest), "…");
}
