using System.CommandLine;
using System.Globalization;

namespace Drover.LocalHost.Commands;

/// <summary><c>--budget USD</c>. No thousands' separators: what one country writes for a point must not multiply a budget.</summary>
internal static class BudgetOption
{
    public static Option<decimal?> Create(string description) => new("--budget")
    {
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var budget))
            {
                return budget;
            }

            result.AddError($"--budget is '{text}'; it must be a number of US dollars, such as 2.50.");
            return null;
        },
    };
}
