using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Drover.Recipes.Schemas;

/// <summary>A regular expression as ECMAScript means it (<c>pattern</c>, <c>patternProperties</c>), run by .NET's engine.</summary>
/// <remarks>
/// What the two read differently is rewritten: <c>$</c> is the very end, <c>\d</c>, <c>\w</c> and <c>\b</c> are ASCII, and a dot or
/// a negated class takes a whole pair of surrogates. It is run in time linear to the text, or where it looks around or back, which
/// that engine cannot, with a limit of time, so that neither a pattern nor a text can hang a run.
/// </remarks>
internal sealed class SchemaPattern
{
    private const int Longest = 10_000;
    private const string Word = "0-9A-Z_a-z";
    private const string NotWord = @"\u0000-/:-@\[-\^`{-\uFFFF";
    private const string Surrogates = @"\uD800-\uDFFF";
    private const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;
    private readonly bool _isLinear;

    private SchemaPattern(string text, Regex regex, bool isLinear) => (Text, _regex, _isLinear) = (text, regex, isLinear);

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern; null with what is wrong with it.</summary>
    public static SchemaPattern? Read(string text, out string? fault)
    {
        fault = text.Length > Longest ? $"it must have at most {Longest:N0} characters" : null;
        if (fault is not null)
        {
            return null;
        }

        try
        {
            var translated = Translate(text);
            try
            {
                return new SchemaPattern(
                    text, new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Limit), isLinear: true);
            }
            catch (NotSupportedException)
            {
                return new SchemaPattern(text, new Regex(translated, RegexOptions.CultureInvariant, Limit), isLinear: false);
            }
        }
        catch (Exception e) when (e is ArgumentException or InsufficientExecutionStackException)
        {
            fault = $"it must be a regular expression that .NET can run ({e.Message.TrimEnd('.')})";
            return null;
        }
    }

    /// <summary>Whether it is found in a text; where that takes too long, the reading is given up.</summary>
    public bool IsMatch(string text, SchemaPass pass)
    {
        if (_isLinear)
        {
            pass.Step(text.Length / 1_000);
            return _regex.IsMatch(text);
        }

        var began = Stopwatch.GetTimestamp();
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            pass.Step(SchemaPass.MostSteps);
            return false;
        }
        finally
        {
            pass.Step((int)Math.Min(SchemaPass.MostSteps, Stopwatch.GetElapsedTime(began).TotalMicroseconds / 2));
        }
    }

    private static string Translate(string text)
    {
        var output = new StringBuilder(text.Length * 2);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 < text.Length:
                    i += TranslateEscape(text, i, isInClass: false, output) - 1;
                    break;
                case '[':
                    i = TranslateClass(text, i, output);
                    break;
                case '$':
                    output.Append(@"\z");
                    break;
                case '.':
                    output.Append($@"(?:{Pair}|[^\n\r\u2028\u2029{Surrogates}])");
                    break;
                case var c when char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]):
                    output.Append("(?:").Append(c).Append(text[++i]).Append(')'); // So that a quantifier takes both halves.
                    break;
                default:
                    output.Append(text[i]);
                    break;
            }
        }

        return output.ToString();
    }

    // Answers the place of the class's end.
    private static int TranslateClass(string text, int start, StringBuilder output)
    {
        var i = start + 1;
        var isNegated = i < text.Length && text[i] == '^';
        i += isNegated ? 1 : 0;
        if (i < text.Length && text[i] == ']')
        {
            output.Append(isNegated ? $@"(?:{Pair}|[\s\S])" : "[^\\s\\S]"); // [^] is anything, and [] nothing.
            return i;
        }

        var members = new StringBuilder();
        for (; i < text.Length && text[i] != ']'; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 < text.Length:
                    i += TranslateEscape(text, i, isInClass: true, members) - 1;
                    break;
                case '[':
                    members.Append(@"\[");
                    break;
                case var c when char.IsSurrogate(c):
                    throw new ArgumentException("Characters beyond U+FFFF cannot stand in a class.");
                default:
                    members.Append(text[i]);
                    break;
            }
        }

        if (i >= text.Length)
        {
            throw new ArgumentException($"The class that begins at {start} has no end.");
        }

        output.Append(isNegated ? $"(?:{Pair}|[^{members}{Surrogates}])" : $"[{members}]");
        return i;
    }

    // Answers how long the escape is.
    private static int TranslateEscape(string text, int start, bool isInClass, StringBuilder output)
    {
        var c = text[start + 1];
        if (c == 'u' && start + 2 < text.Length && text[start + 2] == '{' && text.IndexOf('}', start) is > 0 and var end)
        {
            var digits = text.AsSpan(start + 3, end - start - 3);
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || !Rune.IsValid(point))
            {
                throw new ArgumentException($"'{text[start..(end + 1)]}' is no character.");
            }

            if (isInClass && point > 0xFFFF)
            {
                throw new ArgumentException("Characters beyond U+FFFF cannot stand in a class.");
            }

            var units = string.Concat(new Rune(point).ToString().Select(u => $@"\u{(int)u:X4}"));
            output.Append(isInClass ? units : $"(?:{units})");
            return end + 1 - start;
        }

        output.Append((c, isInClass) switch
        {
            ('d', true) => "0-9",
            ('d', false) => "[0-9]",
            ('D', true) => @"\u0000-/:-\uFFFF",
            ('D', false) => $"(?:{Pair}|[^0-9{Surrogates}])",
            ('w', true) => Word,
            ('w', false) => $"[{Word}]",
            ('W', true) => NotWord,
            ('W', false) => $"(?:{Pair}|[^{Word}{Surrogates}])",
            ('b', false) => $"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))",
            ('B', false) => $"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))",
            ('A' or 'Z' or 'z' or 'G', _) => throw new ArgumentException($@"'\{c}' is no part of ECMAScript; write ^ or $."),
            ('/', _) => "/",
            ('-', _) => @"\-",
            _ => $@"\{c}",
        });
        return 2;
    }
}
