using System.Text;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Budgets;
using Drover.Intake;
using Drover.Models;
using Drover.Planning;
using Drover.Recipes;
using Drover.Shards;
using Drover.Storage;
using Drover.Tests.Retries;
using Drover.Tickets;
using Drover.Upstreams;
using Drover.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Intake;

public sealed class BatchIntakeTests(AzuriteFixture azurite)
{
    private readonly Dictionary<string, ModelEntry> _listed = [];
    private readonly FakeTimeProvider _time = new();
    private readonly BudgetOptions _budgets = new();

    [Fact]
    public async Task TakeAsync_Items_StoresInputAndSpecWithTheDefaults()
    {
        var blobs = await azurite.CreateContainerAsync();

        var spec = await Intake(blobs).TakeAsync(new NewBatch(), Content("lines"), default);

        Assert.Matches("^batch_[0-9a-f]{32}$", spec.Id);
        Assert.Equal(("extract", "gpt-4o-mini"), (spec.Recipe, spec.Model));
        Assert.Equal((_time.GetUtcNow(), _time.GetUtcNow().AddHours(24)), (spec.CreatedAt, spec.ExpiresAt));
        Assert.Equal("lines", (await blobs.ByName(spec.Input).ReadOrNullAsync())!.ToString());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("lines"u8)), spec.InputHash);
        Assert.Equal(spec, await new BatchStore(blobs).FindAsync(spec.Id, default));
    }

    [Fact]
    public async Task TakeAsync_EverythingGiven_IsKept()
    {
        var blobs = await azurite.CreateContainerAsync();
        var request = new NewBatch
        {
            Id = "mine-1",
            InputName = "file.jsonl",
            Recipe = "extract",
            Model = "gpt-4o",
            Metadata = new Dictionary<string, string> { ["a"] = "b" },
        };

        await Intake(blobs).TakeAsync(request, Content("x"), default);

        var spec = await new BatchStore(blobs).GetAsync("mine-1", default);
        Assert.Equal(("mine-1", "file.jsonl", "extract", "gpt-4o"), (spec.Id, spec.InputName, spec.Recipe, spec.Model));
        Assert.Equal("b", spec.Metadata?["a"]);
    }

    [Fact]
    public async Task TakeAsync_ManyFaults_NamesThemAllAtOnce()
    {
        var request = new NewBatch
        {
            Id = "-no good",
            Input = "../x",
            Recipe = "cook",
            Model = " ",
            Metadata = new Dictionary<string, string> { [new string('k', 65)] = "v" },
        };

        var exception = await RefusedAsync(request, Content("x"));

        Assert.Equal(400, exception.Status);
        Assert.Equal(
            [
                "'id' is '-no good'; it must be 1 to 80 letters, digits, '-' and '_', beginning with a letter or digit.",
                "A batch needs either 'items' or 'input', the name of a JSONL input in storage, and not both.",
                "'input' is '../x'; it must be the name of a blob under inputs/, at most 500 characters, without '..' or '\\'.",
                "'recipe' is 'cook'; there are: extract, chat, copy, document, answer.",
                "'model' must be a name of 1 to 200 characters.",
                "'metadata' must be at most 16 pairs, keys of at most 64 and values of at most 512 characters.",
            ],
            exception.Faults);
    }

    [Theory]
    [InlineData("gpt-99", null, "'model' is 'gpt-99', whose prices are not known, and a budget holds; set Drover:Models:gpt-99:Input and :Output (US dollars per million tokens), or Drover:Models:default for all that are not listed.")]
    [InlineData("auto", null, "'model' is 'auto' and no models are listed to choose from; list those that your API offers in Drover:Models, such as Drover__Models={\"gpt-4.1\":{},\"gpt-4o-mini\":{}}.")]
    [InlineData("gpt-4o", "speed", "'prefer' is for a model that is chosen, and 'model' is 'gpt-4o'; leave one of them out.")]
    public async Task TakeAsync_ModelThatIsNotKnownOrCannotBeChosen_IsRefused(string model, string? prefer, string fault) =>
        Assert.Equal([fault], (await RefusedAsync(new NewBatch { Model = model, Prefer = prefer, BudgetUsd = 1 }, Content("x"))).Faults);

    [Fact]
    public async Task TakeAsync_ModelWithoutAPriceAndNoBudget_IsTaken() => Assert.Equal(
        "gpt-99",
        (await Intake(await azurite.CreateContainerAsync()).TakeAsync(new NewBatch { Model = "gpt-99" }, Content("x"), default)).Model);

    [Fact]
    public async Task TakeAsync_Preference_MakesTheModelAuto()
    {
        _listed["gpt-4.1"] = KnownModels.All["gpt-4.1"];
        var spec = await Intake(await azurite.CreateContainerAsync()).TakeAsync(new NewBatch { Prefer = "Budget" }, Content("x"), default);

        Assert.Equal(("auto", "budget"), (spec.Model, spec.Prefer));
        Assert.Equal(
            ["'prefer' is 'cheap'; it must be budget, speed or quality."],
            (await RefusedAsync(new NewBatch { Prefer = "cheap" }, Content("x"))).Faults);
    }

    [Fact]
    public async Task TakeAsync_NoInputAtAll_IsRefused() =>
        Assert.Equal(
            ["A batch needs either 'items' or 'input', the name of a JSONL input in storage, and not both."],
            (await RefusedAsync(new NewBatch(), null)).Faults);

    [Fact]
    public async Task TakeAsync_SharedInputThatIsNotThere_IsRefused()
    {
        var blobs = await azurite.CreateContainerAsync();

        var exception = await Assert.ThrowsAsync<BatchRefusedException>(
            () => Intake(blobs).TakeAsync(new NewBatch { Input = "a.jsonl" }, null, default));

        Assert.Equal([$"'input' is 'a.jsonl'; there is no blob {blobs.Container.Name}/inputs/a.jsonl."], exception.Faults);
    }

    [Theory]
    [InlineData(17, 1)]
    [InlineData(1, 513)]
    public async Task TakeAsync_MetadataTooLarge_IsRefused(int pairs, int length)
    {
        var metadata = Enumerable.Range(0, pairs).ToDictionary(i => $"k{i}", _ => new string('v', length));

        Assert.Single((await RefusedAsync(new NewBatch { Metadata = metadata }, Content("x"))).Faults);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("0-_Z", true)]
    [InlineData("", false)]
    [InlineData("_a", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    [InlineData("a\n", false)]
    public void IsId_Text_FollowsTheRule(string text, bool expected) => Assert.Equal(expected, BatchSpec.IsId(text));

    [Fact]
    public void IsId_Length_IsAtMost80()
    {
        Assert.True(BatchSpec.IsId(new string('a', 80)));
        Assert.False(BatchSpec.IsId(new string('a', 81)));
    }

    [Fact]
    public async Task TakeAsync_SameIdAndSameWork_IsOneBatchWithOneInput()
    {
        var blobs = await azurite.CreateContainerAsync();
        var request = new NewBatch { Id = "mine", Metadata = new Dictionary<string, string> { ["a"] = "b" } };

        var first = await Intake(blobs).TakeAsync(request, Content("lines"), default);
        _time.Advance(TimeSpan.FromMinutes(1));
        var second = await Intake(blobs).TakeAsync(request, Content("lines"), default);

        Assert.Equal((first.Input, first.CreatedAt), (second.Input, second.CreatedAt));
        Assert.Equal([first.Input], await OwnInputsAsync(blobs, "mine"));
        Assert.Single(await ListAsync(blobs));
    }

    [Theory]
    [InlineData("other lines", "gpt-4o-mini")]
    [InlineData("lines", "gpt-4o")]
    public async Task TakeAsync_SameIdAndOtherWork_IsAConflict(string lines, string model)
    {
        var blobs = await azurite.CreateContainerAsync();
        var first = await Intake(blobs).TakeAsync(new NewBatch { Id = "mine" }, Content("lines"), default);

        var exception = await Assert.ThrowsAsync<BatchRefusedException>(
            () => Intake(blobs).TakeAsync(new NewBatch { Id = "mine", Model = model }, Content(lines), default));

        Assert.Equal(409, exception.Status);
        Assert.Equal(
            ["There is a batch 'mine' already and it asks for something else (another input, recipe, model or preference), or is another key's."],
            exception.Faults);
        Assert.Equal([first.Input], await OwnInputsAsync(blobs, "mine"));
        Assert.Equal("lines", (await blobs.ByName(first.Input).ReadOrNullAsync())!.ToString());
    }

    [Fact]
    public async Task TakeAsync_SharedInput_IsIdempotentByItsName()
    {
        var blobs = await azurite.CreateContainerAsync();
        await blobs.SharedInput("a.jsonl").WriteAsync("x"u8.ToArray());
        await blobs.SharedInput("b.jsonl").WriteAsync("x"u8.ToArray());

        var first = await Intake(blobs).TakeAsync(new NewBatch { Id = "mine", Input = "a.jsonl" }, null, default);
        var second = await Intake(blobs).TakeAsync(new NewBatch { Id = "mine", Input = "a.jsonl" }, null, default);

        Assert.Equal(("inputs/a.jsonl", null, "a.jsonl"), (first.Input, first.InputHash, first.InputName));
        Assert.Equal(first, second);
        await Assert.ThrowsAsync<BatchRefusedException>(
            () => Intake(blobs).TakeAsync(new NewBatch { Id = "mine", Input = "b.jsonl" }, null, default));
        Assert.NotNull(await blobs.SharedInput("b.jsonl").ReadOrNullAsync());
    }

    [Fact]
    public async Task TakeAsync_ManyAtOnceWithOneId_AgreeOnOneSpec()
    {
        var blobs = await azurite.CreateContainerAsync();

        var specs = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            _ => Intake(blobs).TakeAsync(new NewBatch { Id = "mine" }, Content("lines"), default)));

        Assert.Single(specs.Select(s => s.Input).Distinct());
        Assert.Equal([specs[0].Input], await OwnInputsAsync(blobs, "mine"));
        Assert.Single(await ListAsync(blobs));
    }

    [Fact]
    public async Task TakeAsync_LargeInput_IsStreamedInBlocks()
    {
        var blobs = await azurite.CreateContainerAsync();
        var content = new byte[9 * 1024 * 1024];
        new Random(1).GetItems("ab\n"u8, content);

        var spec = await Intake(blobs).TakeAsync(new NewBatch(), new MemoryStream(content), default);

        Assert.True((await blobs.ByName(spec.Input).ReadOrNullAsync())!.ToMemory().Span.SequenceEqual(content));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), spec.InputHash);
    }

    [Fact]
    public async Task TakeAsync_InputInAnotherForm_IsStoredAsLinesUnderTheHashOfItsBytes()
    {
        var blobs = await azurite.CreateContainerAsync();
        byte[] utf16 = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("[{\"id\":\"ä\"},\n{\"id\":\"b\"}]\n")];

        var spec = await Intake(blobs).TakeAsync(new NewBatch { Id = "mine" }, new MemoryStream(utf16), default);

        Assert.Equal("{\"id\":\"ä\"}\n{\"id\":\"b\"}\n", (await blobs.ByName(spec.Input).ReadOrNullAsync())!.ToString());
        Assert.Equal(
            (Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(utf16)), true), (spec.InputHash, spec.CountsItems));
        Assert.Equal(spec, await Intake(blobs).TakeAsync(new NewBatch { Id = "mine" }, new MemoryStream(utf16), default));
    }

    [Theory]
    [InlineData("id,text\n1,x\n2,y\n", "The input is a table (CSV), with commas between its fields, not JSONL. ")]
    [InlineData("[{\"id\":\"a\"},\n{", "The input is JSON, but not JSONL, and cannot be read: it ends within item 2")]
    public async Task TakeAsync_InputThatCannotBeRead_IsRefusedAndNothingIsStored(string text, string why)
    {
        var e = await RefusedAsync(new NewBatch { Id = "mine" }, Content(text));

        Assert.StartsWith(why, Assert.Single(e.Faults), StringComparison.Ordinal);
        var blobs = await azurite.CreateContainerAsync();
        await blobs.SharedInput("a").WriteAsync(Encoding.UTF8.GetBytes(text));
        Assert.Equal(
            e.Message,
            (await Assert.ThrowsAsync<BatchRefusedException>(() => Intake(blobs).TakeAsync(new NewBatch { Input = "a" }, null, default)))
                .Message);
    }

    [Fact]
    public async Task TakeAsync_StoredInputInAnotherForm_IsCopiedAsLinesAndStaysTheCallersByName()
    {
        var blobs = await azurite.CreateContainerAsync();
        await blobs.SharedInput("a.jsonl").WriteAsync(Encoding.UTF8.GetPreamble().Concat("[{}]"u8.ToArray()).ToArray());

        var first = await Intake(blobs).TakeAsync(new NewBatch { Id = "mine", Input = "a.jsonl" }, null, default);
        var second = await Intake(blobs).TakeAsync(new NewBatch { Id = "mine", Input = "a.jsonl" }, null, default);

        Assert.Equal(("inputs/a.jsonl", "a.jsonl", null), (first.GivenInput, first.InputName, first.InputHash));
        Assert.Equal("{}\n", (await blobs.ByName(first.Input).ReadOrNullAsync())!.ToString());
        Assert.Equal(first, second);
        Assert.Equal([first.Input], await OwnInputsAsync(blobs, "mine"));
    }

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<List<string>> OwnInputsAsync(ContainerLayout blobs, string id) =>
        await blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"batches/{id}/input-", default).Select(b => b.Name)
            .ToListAsync();

    private static async Task<List<BatchSpec>> ListAsync(ContainerLayout blobs) =>
        await new BatchStore(blobs).ListAsync(null, default).ToListAsync();

    private BatchIntake Intake(ContainerLayout blobs) =>
        new(
            blobs, new BatchStore(blobs), Auditor(blobs), new RecipeCatalogue(), new RecipeOptions(), new ModelCatalogue(_listed),
            new UpstreamOptions(), new BatchOptions(), new Drover.Files.UploadOptions(), _budgets, new Drover.Calls.CacheOptions(),
            new SpendLedger(
                blobs, _budgets, new WebhookSender(_time, NullLogger<WebhookSender>.Instance),
                _time, new Random(1), NullLogger<SpendLedger>.Instance),
            _time);

    [Theory]
    [InlineData(0, null, "'budget_usd' is 0; it must be more than 0 US dollars, or left out for no limit.")]
    [InlineData(-2.5, null, "'budget_usd' is -2.5; it must be more than 0 US dollars, or left out for no limit.")]
    [InlineData(1, "later", "'when_spent' is 'later'; it must be stop or wait.")]
    public async Task SetBudgetAsync_BadBudget_IsRefused(double budget, string? whenSpent, string expected)
    {
        var blobs = await azurite.CreateContainerAsync();

        var e = await Assert.ThrowsAsync<BatchRefusedException>(
            () => Intake(blobs).SetBudgetAsync("b", new NewBatch { BudgetUsd = (decimal)budget, WhenSpent = whenSpent }, default));

        Assert.Equal(expected, e.Message);
    }

    [Fact]
    public async Task TakeAsync_BatchThatWaitsForTheNextDay_DoesNotExpireMeanwhile()
    {
        _budgets.PerDay = 1;
        var blobs = await azurite.CreateContainerAsync();

        var waits = await Intake(blobs).TakeAsync(new NewBatch { Id = "w", WhenSpent = "wait" }, Input("{}"), default);
        var stops = await Intake(blobs).TakeAsync(new NewBatch { Id = "s", WhenSpent = "stop" }, Input("{}"), default);

        Assert.Equal(
            (TimeSpan.FromDays(365), TimeSpan.FromHours(24)), (waits.ExpiresAt - waits.CreatedAt, stops.ExpiresAt - stops.CreatedAt));
    }

    private Auditor Auditor(ContainerLayout blobs)
    {
        var tickets = new RetryTickets(blobs, new RetryQueue(ImmediateQueues.Of(azurite), blobs, _time), new BatchOptions(), _time);
        return new(
            blobs, new BatchStore(blobs), new Planner(blobs, new BatchOptions(), new ModelSelector(new ModelCatalogue(_listed))), tickets,
            _time, NullLogger<Auditor>.Instance);
    }

    private static MemoryStream Input(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));

    private async Task<BatchRefusedException> RefusedAsync(NewBatch request, Stream? content)
    {
        var blobs = await azurite.CreateContainerAsync();
        var exception = await Assert.ThrowsAsync<BatchRefusedException>(() => Intake(blobs).TakeAsync(request, content, default));
        Assert.Empty(await blobs.Container.GetBlobsAsync().ToListAsync()); // Nothing was written for it.
        return exception;
    }
}
