using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Budgets;
using Drover.Calls;
using Drover.Json;
using Drover.Models;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Recipes;
using Drover.Retries;
using Drover.Shards;
using Drover.Simulator;
using Drover.Stages;
using Drover.Storage;
using Drover.Tests.Retries;
using Drover.Tests.Upstreams;
using Drover.Tickets;
using Drover.Upstreams;
using Drover.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Batches;

/// <summary>A batch in a container of its own, a simulator, and what runs its shards.</summary>
internal sealed class TestBatch : IAsyncDisposable
{
    public const string Id = "b";

    /// <summary>Knows the built-in models and lists none.</summary>
    public static ModelSelector Selector { get; } = new(new ModelCatalogue());

    /// <summary>Takes any model for known.</summary>
    public static ModelSelector AnyModel { get; } = new(
        new ModelCatalogue(new Dictionary<string, ModelEntry> { [ModelCatalogue.Default] = new() }));

    private readonly TimeProvider _time;
    private readonly List<LiveTallies> _live = [];
    private RecipeCatalogue _recipes = new();

    private TestBatch(ContainerLayout blobs, RetryQueue queue, TestUpstream upstream, BatchOptions options, TimeProvider time)
    {
        (Blobs, Queue, Upstream, Options, _time) = (blobs, queue, upstream, options, time);
        Tickets = new RetryTickets(blobs, queue, options, time);
    }

    public ContainerLayout Blobs { get; }

    public TestUpstream Upstream { get; }

    public RetryQueue Queue { get; }

    public RetryTickets Tickets { get; }

    public BatchOptions Options { get; }

    public BudgetOptions Budgets { get; } = new();

    public BatchStore Store => new(Blobs);

    public BatchPlan Plan { get; private set; } = new(0, 0, 0, 0);

    public BatchSpec Spec { get; private set; } = null!;

    /// <summary>Stores the lines, writes the spec and plans it.</summary>
    public static async Task<TestBatch> CreateAsync(
        AzuriteFixture azurite,
        IEnumerable<string> lines,
        SimulatorOptions? simulator = null,
        Action<UpstreamOptions>? upstream = null,
        BatchOptions? options = null,
        TimeProvider? time = null,
        Func<BatchSpec, BatchSpec>? spec = null,
        RecipeCatalogue? recipes = null)
    {
        time ??= TimeProvider.System;
        options ??= new BatchOptions();
        options.FirstWait = TimeSpan.FromMilliseconds(1);
        options.LongestWait = TimeSpan.FromMilliseconds(5);
        var blobs = await azurite.CreateContainerAsync();
        await blobs.SharedInput("in").WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))));
        var queue = new RetryQueue(ImmediateQueues.Of(azurite), blobs, time);
        var batch = new TestBatch(blobs, queue, await TestUpstream.StartAsync(simulator, upstream, time), options, time);
        var wanted = new BatchSpec
        {
            Id = Id,
            Input = "inputs/in",
            Recipe = "extract",
            Model = "gpt-4o-mini",
            CreatedAt = time.GetUtcNow(),
            ExpiresAt = time.GetUtcNow().AddDays(1),
        };
        batch._recipes = recipes ?? batch._recipes;
        wanted = spec?.Invoke(wanted) ?? wanted;
        await batch.Store.CreateAsync(wanted, default);
        batch.Spec = wanted;
        batch.Plan = await new Planner(blobs, options, Selector).PlanAsync(wanted, default);
        return batch;
    }

    public static IEnumerable<string> Sources(int count) =>
        Enumerable.Range(1, count).Select(i => Source($"{i}", $"Drovers walked herd {i} of cattle over the hills."));

    public static string Source(string id, string text, string? model = null) => JsonSerializer.Serialize(new { id, text, model });

    /// <summary>A request line whose identity at the simulator is its id.</summary>
    public static string Request(string id) =>
        $$"""{"custom_id":"{{id}}","method":"POST","url":"/v1/chat/completions","body":{{TestUpstream.Chat(id)}} }""";

    /// <summary>A runner that knows nothing from before, as in a process that was started again.</summary>
    public ShardRunner NewRunner(ShardClaims? claims = null)
    {
        var ledger = new SpendLedger(
            Blobs, Budgets, new WebhookSender(_time, NullLogger<WebhookSender>.Instance), _time, new Random(1),
            NullLogger<SpendLedger>.Instance);
        var caller = new ModelCaller(
            new UpstreamPool([Upstream.Client], []), new ModelCatalogue(), ledger, Budgets, _time, NullLogger<ModelCaller>.Instance);
        var items = new ItemServices(_recipes, Selector, caller, new AnswerCache(Blobs, new CacheOptions(), _time),
            NewCarried());
        return new ShardRunner(claims ?? NewClaims(), items, Tickets, Options, _time, new Random(1), NullLogger<ShardRunner>.Instance);
    }

    public CarriedOutcomes NewCarried() => new(Blobs, NewClaims(), NewPlanner(), new OutcomeFiles(Blobs), Prompts.BuiltIn);

    /// <summary>What takes shards, in a process of its own.</summary>
    public ShardClaims NewClaims()
    {
        _live.Add(new LiveTallies());
        return new ShardClaims(Blobs, Store, NewPlanner(), Options, _live[^1], _time, NullLogger<ShardClaims>.Instance);
    }

    /// <summary>What tries tickets again, in a process of its own.</summary>
    public RetryRunner NewChances() => new(
        new TicketClaims(Tickets, Queue, Store, new UpstreamOptions(), Options, _time), Tickets, NewRunner(), Store, Options, _time,
        NullLogger<RetryRunner>.Instance);

    public Planner NewPlanner() => new(Blobs, Options, Selector);

    public StageRunner NewStages(RecipeOptions recipes) =>
        new(Blobs, NewStageFiles(), NewPlanner(), NewClaims(), NewAuditor(), _recipes, new ContextRoom(recipes, new ModelCatalogue()));

    public StagePlanner NewStagePlanner(RecipeOptions recipes) =>
        new(Blobs, NewStageFiles(), NewPlanner(), _recipes, new ContextRoom(recipes, new ModelCatalogue()), Selector, Options);

    private StageFiles NewStageFiles() => new(Blobs, Store, Options);

    public Auditor NewAuditor() => new(Blobs, Store, new Planner(Blobs, Options, Selector), Tickets, _time, NullLogger<Auditor>.Instance);

    public Task<PassResult> RunAsync(int pass = 1, int shard = 0, CancellationToken stopping = default) =>
        NewRunner().RunAsync(Id, shard, pass, stopping).WithinPatience();

    /// <summary>Runs passes, without the waits between them, until the shard is settled.</summary>
    public async Task<(PassResult Last, int Runs)> SettleAsync(int shard = 0, bool sameProcess = false)
    {
        var pass = 1;
        var runner = NewRunner();
        PassResult? result = null;
        for (var runs = 1; runs <= 50; runs++)
        {
            result = await (sameProcess ? runner : NewRunner()).RunAsync(Id, shard, pass, default).WithinPatience();
            if (result.IsSettled || result.StopReason is not null)
            {
                return (result, runs);
            }

            pass += result.IsWholePass ? 1 : 0;
        }

        throw new InvalidOperationException($"The shard does not settle. {result} {Upstream.Client.State} {Upstream.Throttle.State}");
    }

    public Task<List<JsonElement>> ResultsAsync(int shard = 0) => LinesAsync(Blobs.Results(Id, shard).ReadOrNullAsync());

    public Task<List<JsonElement>> ErrorsAsync(int shard = 0) => LinesAsync(Blobs.Errors(Id, shard).ReadOrNullAsync());

    /// <summary>The ids of all outcomes there are, each as often as it is there.</summary>
    public async Task<List<string>> IdsAsync(int shard = 0) =>
        [.. (await ResultsAsync(shard)).Concat(await ErrorsAsync(shard))
            .Select(l => l.GetProperty("custom_id").GetString()!).OrderBy(id => id.PadLeft(9))];

    public async ValueTask DisposeAsync()
    {
        _live.ForEach(l => l.Dispose());
        await Upstream.DisposeAsync();
    }

    private static async Task<List<JsonElement>> LinesAsync(Task<BinaryData?> content) =>
        await content is { } text ? [.. Lines.Of(text.ToMemory()).Select(l => JsonElement.Parse(l.Line.Span))] : [];
}
