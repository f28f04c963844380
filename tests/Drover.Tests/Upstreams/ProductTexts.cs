using System.Globalization;

namespace Drover.Tests.Upstreams;

/// <summary>Short texts with figures, as shops have them, of which the rule for tokens counts too few.</summary>
internal static class ProductTexts
{
    private static readonly string[] Brands = ["Kelvara", "NORDLI", "Hüttner", "Oakmere", "Tsubaki", "Zephyr-9"];
    private static readonly string[] Things =
        ["kettle", "LED lamp", "drill bit set", "rain jacket", "USB-C cable", "office chair", "olive oil", "SSD"];
    private static readonly string[] Colours = ["black", "RAL 7016", "navy/white", "oak", "#3A7F2B"];

    /// <summary>So many of them, the same for a seed.</summary>
    public static IEnumerable<string> Of(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var (brand, thing, colour) = (
                Brands[random.Next(Brands.Length)], Things[random.Next(Things.Length)], Colours[random.Next(Colours.Length)]);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{brand} {thing} {(char)('A' + random.Next(26))}{(char)('A' + random.Next(26))}-{random.Next(100, 99_999)}, {colour}, {random.Next(10, 400)}x{random.Next(10, 400)}x{random.Next(5, 90)} mm, {random.NextDouble() * 20:0.00} kg, EAN {random.NextInt64(4_000_000_000_000, 4_999_999_999_999)}, {random.NextDouble() * 900:0.00} EUR ({random.Next(1, 70)} % off), {random.Next(1, 5)}.{random.Next(10)}/5 of {random.Next(3, 9_000)}");
        }
    }
}
