using System.Text;
using System.Text.RegularExpressions;

namespace Drover.LocalRuntime;

/// <summary>A blob trigger's path: a container, and the names of blobs with parts in braces.</summary>
/// <remarks>
/// As in Functions, a part stands for any text, slashes too, and the first of two parts takes as much as it can:
/// <c>{name}.{ext}</c> reads <c>a.b.jpg</c> as <c>a.b</c> and <c>jpg</c>. <c>{{</c> and <c>}}</c> are single braces.
/// A container alone means all its blobs.
/// </remarks>
internal sealed partial class BlobPattern
{
    private readonly Regex _regex;

    private BlobPattern(string container, string prefix, IReadOnlyList<string> names, Regex regex) =>
        (Container, Prefix, Names, _regex) = (container, prefix, names, regex);

    public string Container { get; }

    /// <summary>What every blob that fits begins with.</summary>
    public string Prefix { get; }

    /// <summary>The parts in braces.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <exception cref="FormatException">The path cannot be read; the message says why.</exception>
    public static BlobPattern Parse(string path)
    {
        var slash = path.IndexOf('/');
        var container = slash < 0 ? path : path[..slash];
        if (!ContainerName().IsMatch(container) && container is not ("$root" or "$web" or "$logs"))
        {
            throw new FormatException(
                $"its container '{container}' must have 3 to 63 lower-case letters, digits and single dashes, and begin and end with a letter or digit");
        }

        if (slash < 0 || slash == path.Length - 1)
        {
            return new BlobPattern(container, "", [], new Regex("", RegexOptions.CultureInvariant));
        }

        var names = new List<string>();
        var regex = new StringBuilder("^");
        string? prefix = null;
        var literal = new StringBuilder();
        foreach (Match token in Token().Matches(path[(slash + 1)..]))
        {
            if (token.Groups["name"] is { Success: true, Value: var name })
            {
                if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    throw new FormatException($"it names {{{name}}} twice");
                }

                prefix ??= literal.ToString();
                names.Add(name);
                regex.Append($"(?<{name}>.+)");
            }
            else if (token.Value is "{" or "}")
            {
                throw new FormatException($"it has a '{token.Value}' that belongs to no {{name}}");
            }
            else
            {
                var text = token.Value is "{{" or "}}" ? token.Value[..1] : token.Value;
                literal.Append(text);
                regex.Append(Regex.Escape(text));
            }
        }

        return new BlobPattern(
            container, prefix ?? literal.ToString(), names,
            new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline));
    }

    /// <summary>What each part stands for in a blob's name; null when the name does not fit.</summary>
    public IReadOnlyDictionary<string, string>? Match(string blob)
    {
        var match = _regex.Match(blob);
        return match.Success ? Names.ToDictionary(name => name, name => match.Groups[name].Value) : null;
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}|[{}]|[^{}]+")]
    private static partial Regex Token();

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex ContainerName();
}
