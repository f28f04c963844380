using Drover.Batches;
using Drover.Json;

namespace Drover.Planning;

/// <summary>The rules of the OpenAI Batch API for the lines of one batch: requests alone, of one route and one model.</summary>
/// <remarks>There a batch with a line that breaks them is not run at all, so that nothing is paid before its input is right.</remarks>
internal sealed class RequestRules(string endpoint, long mostItems)
{
    private long _items;
    private LineFault? _first;

    /// <summary>The model of the first request that names one.</summary>
    public string? Model { get; private set; }

    /// <summary>Why the batch cannot run, or null.</summary>
    public LineFault? Refusal => _items > mostItems
        ? new LineFault(
            "too_many_tasks", $"The batch input file holds more requests than the {mostItems:N0} that are allowed (Drover:Files:MaxLines).")
        : _first;

    /// <summary>What is wrong with a line, or null.</summary>
    /// <param name="item">The line's item, if it is one.</param>
    /// <param name="fault">Why it is none.</param>
    public LineFault? Check(Item? item, LineFault? fault)
    {
        _items++;
        fault = fault is null ? Check(item!.Value) : fault with { Code = CodeOf(fault.Code) };
        _first ??= fault;
        return fault;
    }

    private LineFault? Check(Item item)
    {
        if (item.IsSource)
        {
            return new LineFault("invalid_request", "A line must be a request: 'custom_id', 'method', 'url' and 'body'.", item.Id);
        }

        if (item.Url != endpoint)
        {
            return new LineFault("url_mismatch", $"'url' is '{item.Url}'; it must be the batch's endpoint, '{endpoint}'.", item.Id);
        }

        if (item.Wish.Model is not { Length: > 0 } model)
        {
            return new LineFault("invalid_request", "'body.model' must name the model.", item.Id);
        }

        Model ??= model;
        return model == Model
            ? null
            : new LineFault(
                "model_mismatch",
                $"'body.model' is '{Excerpt.Of(model, 100)}'; all requests of a batch must be for one model, here '{Excerpt.Of(Model, 100)}'.",
                item.Id);
    }

    private static string CodeOf(string code) => code switch
    {
        "invalid_url" => "url_mismatch",
        "line_too_long" => "invalid_request",
        _ => code,
    };
}
