using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>The query of a list: <c>limit</c>, <c>after</c>, <c>order</c>.</summary>
internal sealed record Paging(int Limit, string? After, bool OldestFirst)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="OpenAiException">It breaks the rules.</exception>
    public static Paging Read(IQueryCollection query, int defaultLimit, int mostLimit)
    {
        long limit = defaultLimit;
        if (query["limit"] is [{ } asked, ..]
            && !long.TryParse(asked, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out limit))
        {
            throw OpenAiException.InvalidType("limit", "an integer", "a string");
        }

        if (limit < 1 || limit > mostLimit)
        {
            throw limit < 1 ? OpenAiException.BelowMinimum("limit", 1, limit) : OpenAiException.AboveMaximum("limit", mostLimit, limit);
        }

        var order = query["order"] is [{ } said, ..] ? said : "desc";
        if (order is not ("asc" or "desc"))
        {
            throw OpenAiException.InvalidValue("order", order, "asc", "desc");
        }

        return new Paging((int)limit, query["after"] is [{ Length: > 0 } after, ..] ? after : null, order == "asc");
    }

    /// <summary>One page of a listing, and whether there is more.</summary>
    public async Task<(List<T> Page, bool HasMore)> TakeAsync<T>(IAsyncEnumerable<T> all)
    {
        var page = new List<T>();
        await foreach (var one in all)
        {
            if (page.Count == Limit)
            {
                return (page, true);
            }

            page.Add(one);
        }

        return (page, false);
    }
}
