using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Drover.Models;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary><c>copy</c>: several different short texts from information about a product.</summary>
/// <remarks>
/// A source is <c>{"id","title"?,"text"?,"audience"?,"tone"?,"language"?,"count"?,"length"?}</c>: <c>count</c> texts (five, if it does not
/// say) of at most <c>length</c> characters (120). The data is <c>{"texts":[…]}</c>. Texts that repeat others, whatever their case and
/// punctuation, or are too long are asked for again, three times at the most.
/// </remarks>
internal sealed class CopyRecipe(Prompts prompts, ModelCatalogue models) : IRecipe
{
    private const string Texts = "texts";
    private const int UsualCount = 5;
    private const int MostCount = 50;
    private const int UsualLength = 120;
    private const int MostLength = 2_000;
    private const int MostReplies = 4;

    private readonly Prompt _prompt = Prompt.Read(prompts, "copy", 4_000, models, temperature: 0.9);
    private readonly Template _again = prompts.Text("copy.again");

    public string Name => "copy";

    public ValueTask<CallResult?> WriteRequestAsync(
        Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        if ((Fault("count", source.Count, MostCount) ?? Fault("length", source.Length, MostLength)) is { } fault)
        {
            return ValueTask.FromResult<CallResult?>(
                new CallResult(Outcome.Rejected) { ErrorCode = "invalid_request", ErrorMessage = fault });
        }

        _prompt.WriteRequest(WithNumbers(source, CountOf(source)), model, output);
        return default;
    }

    public Reading Read(Source source, IReadOnlyList<string> replies)
    {
        var (count, length) = (CountOf(source), Number(source.Length) ?? UsualLength);
        var (texts, seen, unfit) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal), 0);
        var reading = default(Reading);
        foreach (var reply in replies)
        {
            reading = _prompt.Read(reply);
            foreach (
                var text in reading.Data is { } data && data.TryGetProperty(Texts, out var list)
                    ? list.EnumerateArray().Select(t => t.ToString().Trim())
                    : [])
            {
                if (new StringInfo(text).LengthInTextElements <= length && seen.Add(KeyOf(text)))
                {
                    texts.Add(text);
                }
                else
                {
                    unfit++;
                }
            }
        }

        var found = JsonSerializer.SerializeToElement(new CopyData([.. texts.Take(count)]), RecipeJson.Default.CopyData);
        if (texts.Count >= count)
        {
            return new Reading(found);
        }

        if (reading!.Fault is not null)
        {
            return reading with { Data = found };
        }

        var missing = count - texts.Count;
        return new Reading(
            found,
            $"After {replies.Count} replies {missing} of {count} texts are missing: {unfit} repeat others or have more than {length} characters.")
        {
            Code = "too_few_texts",
            Ask = replies.Count < MostReplies ? _again.Fill(WithNumbers(source, missing)) : null,
        };
    }

    private static Source WithNumbers(Source source, int count) => source with
    {
        Count = count.ToString(CultureInfo.InvariantCulture),
        Length = (Number(source.Length) ?? UsualLength).ToString(CultureInfo.InvariantCulture),
        Audience = source.Audience ?? "anyone",
        Tone = source.Tone ?? "plain and friendly",
        Language = source.Language ?? "the language of the information",
    };

    private static int CountOf(Source source) => Number(source.Count) ?? UsualCount;

    private static string? Fault(string name, string? value, int most) =>
        value is null || Number(value) is { } number && number >= 1 && number <= most
        ? null
        : $"'{name}' is {value}; it must be a whole number from 1 to {most}.";

    private static int? Number(string? value) => int.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Texts that differ in case, spaces and punctuation alone are the same to whoever reads them.
    private static string KeyOf(string text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormKC).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                key.Append(Rune.ToLowerInvariant(rune).ToString());
            }
        }

        return key.Length > 0 ? key.ToString() : text;
    }
}
