using Drover.Batches;
using Drover.Budgets;
using Drover.Inputs;
using Drover.Intake;
using Drover.Models;
using Drover.OpenAI;
using Drover.Planning;
using Drover.Recipes;
using Drover.Storage;
using Drover.Tokens;
using Drover.Upstreams;

namespace Drover.Estimates;

/// <summary>Says what a batch would be (items, tokens, cost, time), from its input alone: no API is called, nothing is stored.</summary>
/// <remarks>
/// The input is gone through once, by the same rules as when it is planned, and each item's request is written as when it is
/// run; images are not fetched. Prompts are counted with the tokenizer of their model: all of them up to 50 million characters, then every
/// second, fourth and so on, and the rest is taken to be like them. Memory is that of <see cref="InputScanner"/>.
/// </remarks>
public sealed class Estimator(
    BatchIntake intake,
    ContainerLayout blobs,
    RecipeCatalogue recipes,
    RecipeOptions recipeOptions,
    ModelCatalogue models,
    ModelSelector selector,
    UpstreamOptions upstream,
    BatchOptions options,
    BudgetOptions budgets)
{
    private const int MostShown = 10;

    /// <summary>Estimates a batch.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="content">The input, when it comes with the request.</param>
    /// <exception cref="BatchRefusedException">The request breaks rules; all of them are named.</exception>
    public async Task<Estimate> EstimateAsync(NewBatch request, Stream? content, CancellationToken cancellationToken)
    {
        var tallies = new Dictionary<string, EstimateTally>(StringComparer.Ordinal);
        var (items, badLines, shown, isSampled) = await ScanAsync(
            request,
            content,
            model => [TokenCounter.EncodingOf(model)],
            (shape, counted, model, typical) => TallyOf(tallies, model).Add(shape, counted?[TokenCounter.EncodingOf(model)], typical),
            cancellationToken);
        var sums = tallies.Values.Select(t => t.Sum()).OrderByDescending(s => s.CostUsd).ToList();
        var total = new ModelEstimate(
            "total", items, sums.Sum(s => s.InputTokens), sums.Sum(s => s.OutputTokens), sums.Sum(s => s.MostOutputTokens),
            SumOf(sums, s => s.CostUsd), SumOf(sums, s => s.MostCostUsd));
        return new Estimate
        {
            Items = items,
            BadLines = badLines,
            FirstBadLines = shown,
            UnpricedItems = sums.Where(s => s.CostUsd is null).Sum(s => s.Items),
            Models = sums,
            Total = total,
            TokenCount = isSampled ? "sampled" : "counted",
            Time = TimeOf(total, TimeSpan.FromTicks(tallies.Values.Sum(t => t.Latency.Ticks))),
            Budgets =
            [
                .. new[]
                    {
                        ("batch", request.BudgetUsd ?? budgets.PerBatch), ("day", budgets.PerDay), ("month", budgets.PerMonth),
                        ("key_day", budgets.Of(request.Key)?.PerDay), ("key_month", budgets.Of(request.Key)?.PerMonth),
                    }
                    .Where(b => b.Item2 is not null)
                    .Select(b => new BudgetEstimate(b.Item1, b.Item2!.Value, Verdict(total, b.Item2.Value))),
            ],
        };
    }

    /// <summary>What all the items of an input would need of each model, were it the one for all of them.</summary>
    /// <inheritdoc cref="EstimateAsync"/>
    public async Task<IReadOnlyDictionary<string, ModelEstimate>> CompareAsync(
        NewBatch request, Stream content, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var tallies = names.ToDictionary(name => name, name => new EstimateTally(name, models));
        TokenEncoding[] encodings = [.. tallies.Keys.Select(TokenCounter.EncodingOf).Distinct()];
        await ScanAsync(
            request,
            content,
            _ => encodings,
            (shape, counted, _, typical) =>
            {
                foreach (var (name, tally) in tallies)
                {
                    tally.Add(shape, counted?[TokenCounter.EncodingOf(name)], typical);
                }
            },
            cancellationToken);
        return tallies.ToDictionary(t => t.Key, t => t.Value.Sum());
    }

    private EstimateTally TallyOf(Dictionary<string, EstimateTally> tallies, string model) =>
        tallies.TryGetValue(model, out var tally) ? tally : tallies[model] = new EstimateTally(model, models);

    private async Task<(long Items, long BadLines, List<LineFault> Shown, bool IsSampled)> ScanAsync(
        NewBatch request,
        Stream? content,
        Func<string, TokenEncoding[]> encodingsOf,
        Action<RequestShape, IReadOnlyDictionary<TokenEncoding, long>?, string, int> add,
        CancellationToken cancellationToken)
    {
        intake.Check(request, content is not null);
        var recipe = recipes.Find(request.Recipe ?? RecipeCatalogue.Default)!;
        var wish = new ModelWish(intake.ModelOf(request), Prefer: ModelWish.Parse<Preference>(request.Prefer));
        var (items, badLines, shown) = (0L, 0L, new List<LineFault>());
        var counting = new EstimateCounting();
        await using var opened = content is null ? await OpenAsync(request, cancellationToken) : null;
        await using var form = await InputForm.OfAsync((content ?? opened)!, cancellationToken);
        using var input = new InputScanner(form.Lines, options.MaxLineBytes, selector, wish, isSplit: recipe is IStagedRecipe);
        while (await input.ReadAsync(cancellationToken))
        {
            if (input.Fault is { } fault)
            {
                AddBad(fault);
                continue;
            }

            items++;
            var item = input.Item!.Value;
            var model = input.Model ?? "";
            if (item.IsSource && recipe is IStagedRecipe staged)
            {
                // Its first stage; what later ones ask, nobody knows yet.
                var steps = staged.Begin(
                    Source.Read(item.Body) with { Model = model }, recipeOptions.RoomOf(models.Find(model)?.ContextTokens), out var why);
                foreach (var step in steps)
                {
                    await AddAsync(counter => recipe.ShapeOfAsync(step, model, counter), model, recipe.TypicalAnswerTokens);
                }

                if (why is not null)
                {
                    items--;
                    AddBad(new LineFault("invalid_request", why, item.Id));
                }

                continue;
            }

            await AddAsync(
                counter => item.IsSource
                    ? recipe.ShapeOfAsync(Source.Read(item.Body), model, counter)
                    : ValueTask.FromResult(RequestShape.Read(item.Url!, item.Body.Span, counter)),
                model,
                item.IsSource ? recipe.TypicalAnswerTokens : IRecipe.TypicalAnswer);
        }

        return (items, badLines, shown, counting.IsSampled);

        async ValueTask AddAsync(Func<TokenCounter?, ValueTask<RequestShape>> shapeBy, string model, int typical) =>
            add(await shapeBy(null), counting.Takes() ? await counting.CountAsync(encodingsOf(model), shapeBy) : null, model, typical);

        void AddBad(LineFault fault)
        {
            badLines++;
            if (shown.Count < MostShown)
            {
                shown.Add(fault with { ItemId = null, Line = input.Line.Number });
            }
        }
    }

    private async Task<Stream> OpenAsync(NewBatch request, CancellationToken cancellationToken)
    {
        var name = request.InputBlob ?? ContainerLayout.SharedInputName(request.Input!);
        return await blobs.ByName(name).OpenOrNullAsync(cancellationToken)
            ?? throw new BatchRefusedException(400, [$"'input' is '{request.Input}'; there is no blob {blobs.Container.Name}/{name}."]);
    }

    private TimeEstimate TimeOf(ModelEstimate total, TimeSpan latency) => new[]
    {
        new TimeEstimate(latency.TotalSeconds / upstream.Concurrency, "concurrency"),
        new TimeEstimate(upstream.RequestsPerMinute == 0 ? 0 : total.Items * 60d / upstream.RequestsPerMinute, "requests"),
        new TimeEstimate(
            upstream.TokensPerMinute == 0 ? 0 : (total.InputTokens + total.OutputTokens) * 60d / upstream.TokensPerMinute, "tokens"),
        new TimeEstimate(total.Items * upstream.MinimumSpacing.TotalSeconds, "spacing"),
    }.MaxBy(t => t.Seconds)!;

    // Of what is known; null: nothing is.
    private static decimal? SumOf(List<ModelEstimate> of, Func<ModelEstimate, decimal?> cost) =>
        of.Count > 0 && of.All(e => cost(e) is null) ? null : of.Sum(cost);

    private static string Verdict(ModelEstimate total, decimal limit) =>
        total.MostCostUsd <= limit ? "enough" : total.CostUsd <= limit ? "likely" : "short";
}
