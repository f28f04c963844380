using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Drover.LocalHost.Commands;

/// <summary>Options that are a number. No thousands' separators: what one country writes for a point must not multiply a budget.</summary>
internal static class NumberOption
{
    /// <summary><c>--budget USD</c>.</summary>
    public static Option<decimal?> Budget(string description) =>
        Create<decimal>("--budget", description, "a number of US dollars, such as 2.50");

    /// <summary>An option of one number.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="rule">What it must be, for the error: "it must be …".</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="most">The most that it may be.</param>
    /// <param name="fallback">What it is when it is not given.</param>
    public static Option<T?> Create<T>(string name, string description, string rule, T? least = null, T? most = null, T? fallback = null)
        where T : struct, INumber<T>
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (T.TryParse(
                    text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                    && !(number < least) && !(number > most))
                {
                    return number;
                }

                result.AddError($"{name} is '{text}'; it must be {rule}.");
                return null;
            },
        };
        if (fallback is not null)
        {
            option.DefaultValueFactory = _ => fallback;
        }

        return option;
    }
}
