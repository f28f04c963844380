using System.Security.Cryptography;
using Drover.Batches;
using Drover.Budgets;
using Drover.Calls;
using Drover.Files;
using Drover.Inputs;
using Drover.Json;
using Drover.Models;
using Drover.Recipes;
using Drover.Shards;
using Drover.Storage;
using Drover.Upstreams;

namespace Drover.Intake;

/// <summary>Takes a new batch in: checks what is asked, stores the input, writes the spec.</summary>
public sealed class BatchIntake(
    ContainerLayout blobs,
    BatchStore store,
    Auditor auditor,
    RecipeCatalogue recipes,
    RecipeOptions recipeOptions,
    ModelCatalogue models,
    UpstreamOptions upstream,
    BatchOptions options,
    UploadOptions uploads,
    BudgetOptions budgets,
    CacheOptions cache,
    SpendLedger ledger,
    TimeProvider time)
{
    /// <summary>A batch that sleeps until the next day or month is not to expire meanwhile.</summary>
    private static readonly TimeSpan WindowOfThoseThatWait = TimeSpan.FromDays(365);

    private const int MostMetadata = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;

    /// <summary>Takes a batch in, or finds the one of that id that asks for the same.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="content">The input's JSONL, when it comes with the request; it is streamed to storage.</param>
    /// <exception cref="BatchRefusedException">The request breaks rules; all of them are named.</exception>
    public async Task<BatchSpec> TakeAsync(NewBatch request, Stream? content, CancellationToken cancellationToken)
    {
        Check(request, content is not null);
        var id = request.Id ?? $"batch_{Guid.CreateVersion7(time.GetUtcNow()):N}";
        var now = time.GetUtcNow();
        var spec = new BatchSpec
        {
            Id = id,
            Input = request.InputBlob ?? ContainerLayout.SharedInputName(request.Input ?? ""),
            InputName = request.InputName ?? request.Input,
            InputFolder = request.InputFolder,
            Recipe = request.Recipe ?? RecipeCatalogue.Default,
            Model = ModelOf(request),
            Prefer = request.Prefer?.ToLowerInvariant(),
            Repair = request.Repair ?? recipeOptions.Repair,
            Cache = request.Cache ?? cache.Enabled,
            CreatedAt = now,
            ExpiresAt = now + WindowOf(request),
            Cut = ShardSizes.Of(options),
            Endpoint = request.Endpoint,
            MostItems = request.Endpoint is null ? null : uploads.MaxLines,
            OutputLifetime = request.OutputLifetime,
            Key = request.Key,
            Upstream = upstream.Place,
            Simulated = upstream.Simulated,
            PromptsHash = request.PromptsHash,
            Carries = request.Carries,
            Metadata = request.Metadata,
        };
        spec = content is null
            ? await WithStoredInputAsync(spec, request, cancellationToken)
            : await StoreAsync(spec, content, cancellationToken);
        var (kept, created) = await store.CreateAsync(spec, cancellationToken);
        if (!created && spec.HasOwnInput && spec.Input != kept.Input)
        {
            await blobs.ByName(spec.Input).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }

        if (!created && kept != spec && !kept.AsksForTheSame(spec))
        {
            throw new BatchRefusedException(
                409,
                [$"There is a batch '{id}' already and it asks for something else (another input, recipe, model or preference), or is another key's."]);
        }

        await SetBudgetAsync(id, request, cancellationToken);
        return kept;
    }

    /// <summary>Gives a batch that is there the budget that a request names; without one it keeps what it has.</summary>
    /// <exception cref="BatchRefusedException">The budget breaks its rules.</exception>
    public async Task SetBudgetAsync(string batchId, NewBatch request, CancellationToken cancellationToken)
    {
        var faults = BudgetFaults(request).ToList();
        if (faults.Count > 0)
        {
            throw new BatchRefusedException(400, faults);
        }

        if (request.BudgetUsd is not null || request.WhenSpent is not null)
        {
            var spent = await auditor.SpentAsync(batchId, cancellationToken); // Without a limit nothing was booked.
            await ledger.SetBatchLimitAsync(batchId, request.BudgetUsd, WhenSpentOf(request), spent, cancellationToken);
        }
    }

    private bool IsLimited(NewBatch request) =>
        request.BudgetUsd is not null || budgets.PerBatch is not null || budgets.HasPeriods(request.Key);

    private TimeSpan WindowOf(NewBatch request) =>
        (WhenSpentOf(request) ?? budgets.WhenSpent) == WhenSpent.Wait && budgets.HasPeriods(request.Key)
            ? WindowOfThoseThatWait
            : options.CompletionWindow;

    private static WhenSpent? WhenSpentOf(NewBatch request) => request.WhenSpent?.ToLowerInvariant() switch
    {
        "stop" => WhenSpent.Stop,
        "wait" => WhenSpent.Wait,
        _ => null,
    };

    /// <summary>Checks what is asked.</summary>
    /// <exception cref="BatchRefusedException">The request breaks rules; all of them are named.</exception>
    internal void Check(NewBatch request, bool hasContent)
    {
        var faults = Faults(request, hasContent).ToList();
        if (faults.Count > 0)
        {
            throw new BatchRefusedException(400, faults);
        }
    }

    /// <summary>The model for sources that name none.</summary>
    public string ModelOf(NewBatch request) => request.Model ?? (request.Prefer is null ? upstream.Model : ModelCatalogue.Auto);

    private IEnumerable<string> Faults(NewBatch request, bool hasContent)
    {
        if (request.Id is not null && !BatchSpec.IsId(request.Id))
        {
            yield return $"'id' is '{Excerpt.Of(request.Id, 100)}'; it must be 1 to 80 letters, digits, '-' and '_', beginning with a letter or digit.";
        }

        if (new[] { hasContent, request.Input is not null, request.InputBlob is not null }.Count(given => given) != 1)
        {
            yield return "A batch needs either 'items' or 'input', the name of a JSONL input in storage, and not both.";
        }

        if (request.Input is { } input
            && (input.Length is 0 or > 500
                || input.Contains("..", StringComparison.Ordinal) || input.Contains('\\', StringComparison.Ordinal)))
        {
            yield return $"'input' is '{Excerpt.Of(input, 100)}'; it must be the name of a blob under inputs/, at most 500 characters, without '..' or '\\'.";
        }

        if (request.Recipe is not null && recipes.Find(request.Recipe) is null)
        {
            yield return $"'recipe' is '{Excerpt.Of(request.Recipe, 100)}'; there are: {string.Join(", ", recipes.Names)}.";
        }

        if (request.Model is { } model && (string.IsNullOrWhiteSpace(model) || model.Length > 200))
        {
            yield return "'model' must be a name of 1 to 200 characters.";
        }
        else if (models.Fault("'model'", ModelOf(request), IsLimited(request)) is { } fault)
        {
            yield return fault;
        }

        if (request.Prefer is { } prefer && ModelWish.Parse<Preference>(prefer) is null)
        {
            yield return $"'prefer' is '{Excerpt.Of(prefer, 100)}'; it must be {ModelWish.Names<Preference>()}.";
        }

        if (request.Prefer is not null && !ModelWish.IsAuto(ModelOf(request)))
        {
            yield return $"'prefer' is for a model that is chosen, and 'model' is '{Excerpt.Of(request.Model!, 100)}'; leave one of them out.";
        }

        foreach (var fault in BudgetFaults(request))
        {
            yield return fault;
        }

        if (request.Metadata is { } metadata
            && (metadata.Count > MostMetadata
                || metadata.Any(p => p.Key.Length > LongestKey || p.Value is null || p.Value.Length > LongestValue)))
        {
            yield return $"'metadata' must be at most {MostMetadata} pairs, keys of at most {LongestKey} and values of at most {LongestValue} characters.";
        }
    }

    private static IEnumerable<string> BudgetFaults(NewBatch request)
    {
        if (request.BudgetUsd <= 0)
        {
            yield return FormattableString.Invariant(
                $"'budget_usd' is {request.BudgetUsd}; it must be more than 0 US dollars, or left out for no limit.");
        }

        if (request.WhenSpent is not null && WhenSpentOf(request) is null)
        {
            yield return $"'when_spent' is '{Excerpt.Of(request.WhenSpent, 100)}'; it must be stop or wait.";
        }
    }

    // What lies in storage is used where it lies, unless it is in another form: then the batch has a copy of its own to read.
    private async Task<BatchSpec> WithStoredInputAsync(BatchSpec spec, NewBatch request, CancellationToken cancellationToken)
    {
        await using var stored = await blobs.ByName(spec.Input).OpenOrNullAsync(cancellationToken);
        if (stored is null)
        {
            return request.InputBlob is not null ? spec : throw new BatchRefusedException(400, [NoSuchInput(request.Input!)]);
        }

        await using var form = await InputForm.OfAsync(stored, cancellationToken);
        if (!form.IsChanged)
        {
            return spec;
        }

        var name = NewInputName(spec);
        await blobs.ByName(name).WriteStreamAsync(form.Lines, cancellationToken);
        return spec with { Input = name, GivenInput = spec.Input, CountsItems = form.IsList };
    }

    private string NoSuchInput(string name) =>
        $"'input' is '{Excerpt.Of(name, 100)}'; there is no blob {blobs.Container.Name}/{ContainerLayout.SharedInputName(Excerpt.Of(name, 100))}.";

    private async Task<BatchSpec> StoreAsync(BatchSpec spec, Stream content, CancellationToken cancellationToken)
    {
        var name = NewInputName(spec);
        using var hash = SHA256.Create();
        bool isList;
        await using (var hashing = new CryptoStream(content, hash, CryptoStreamMode.Read, leaveOpen: true))
        {
            await using var form = await InputForm.OfAsync(hashing, cancellationToken);
            await blobs.ByName(name).WriteStreamAsync(form.Lines, cancellationToken);
            await hashing.CopyToAsync(Stream.Null, cancellationToken); // The hash is that of all the bytes, read or not.
            isList = form.IsList;
        }

        return spec with { Input = name, InputHash = Convert.ToHexStringLower(hash.Hash!), CountsItems = isList };
    }

    private static string NewInputName(BatchSpec spec) => ContainerLayout.OwnInputName(spec.Id, Guid.NewGuid().ToString("N")[..12]);
}
