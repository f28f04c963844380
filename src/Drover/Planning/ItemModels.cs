using Drover.Batches;
using Drover.Models;

namespace Drover.Planning;

/// <summary>The models of items.</summary>
internal static class ItemModels
{
    /// <summary>The model of an item; without one, <paramref name="fault"/> says why.</summary>
    public static string? ModelOf(this ModelSelector selector, in ModelWish batch, in Item item, out LineFault? fault)
    {
        var model = selector.ModelOf(batch, item.Wish, item.Needs, item.IsSource, out var why);
        fault = why is null ? null : new LineFault(why.Code, why.Message);
        return model;
    }
}
