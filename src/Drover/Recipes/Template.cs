using System.Text;

namespace Drover.Recipes;

/// <summary>A text with placeholders, such as <c>{{title}}</c>.</summary>
internal sealed class Template
{
    private readonly List<(string Text, string? Placeholder)> _parts = [];

    /// <summary>Reads a template.</summary>
    /// <exception cref="PromptFaultException">It names a placeholder that there is not.</exception>
    public Template(string text)
    {
        var start = 0;
        while (
            text.IndexOf("{{", start, StringComparison.Ordinal) is >= 0 and var open
                && text.IndexOf("}}", open, StringComparison.Ordinal) is >= 0 and var close)
        {
            var name = text[(open + 2)..close];
            if (!Source.Placeholders.Contains(name))
            {
                throw new PromptFaultException(
                    $"It names the placeholder '{{{{{name}}}}}'; there are {string.Join(", ", Source.Placeholders)}.");
            }

            _parts.Add((text[start..open], name));
            start = close + 2;
        }

        _parts.Add((text[start..], null));
    }

    /// <summary>The text with the source's members in the places of the placeholders.</summary>
    public string Fill(Source source)
    {
        var result = new StringBuilder((source.Text?.Length ?? 0) + 1024);
        foreach (var (text, placeholder) in _parts)
        {
            result.Append(text).Append(placeholder is null ? null : source.ValueOf(placeholder));
        }

        return result.ToString();
    }
}
