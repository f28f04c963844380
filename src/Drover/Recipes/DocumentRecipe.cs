using System.Buffers;
using System.Text;
using System.Text.Json;
using Drover.Models;
using Drover.Tokens;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary><c>document</c>: a summary and the key points of a text of any length.</summary>
/// <remarks>
/// A source is <c>{"id","title"?,"text"}</c>; the data is <c>{"summary","key_points":[…]}</c>. A text that a request cannot hold is split
/// (<see cref="TextSplitter"/>); what its parts bring is brought together, as many at a time as a request can hold, until one is left.
/// </remarks>
internal sealed class DocumentRecipe(Prompts prompts, ModelCatalogue models) : IStagedRecipe
{
    private const string Part = "part";
    private const string Merge = "merge";
    private const int MaxTokens = 1_500;

    private readonly Prompt _whole = Prompt.Read(prompts, "document", MaxTokens, models);
    private readonly Prompt _part = Prompt.Read(prompts, "document.part", MaxTokens, models, schema: "document");
    private readonly Prompt _merge = Prompt.Read(prompts, "document.merge", MaxTokens, models, schema: "document");

    public string Name => "document";

    public ValueTask<CallResult?> WriteRequestAsync(
        Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        PromptOf(source).WriteRequest(source, model, output);
        return default;
    }

    public Reading Read(Source source, IReadOnlyList<string> replies) => PromptOf(source).Read(replies[^1]);

    public IReadOnlyList<Source> Begin(Source source, int room, out string? fault)
    {
        fault = string.IsNullOrWhiteSpace(source.Text) ? "A document needs 'text'." : source.FaultOfRepeated();
        source = source with { Image = null, ETag = null, Documents = [] };
        return fault is null ? Steps(source, Part, TextSplitter.Split(source.Text!, room, TokenCounter.For(source.Model))) : [];
    }

    public StageEnd Next(IReadOnlyList<StepReply> replies, int room) => replies.Count == 1
        ? new StageEnd([], replies[0].Data)
        : new StageEnd(Steps(replies[0].Step, Merge, Groups(replies, room)));

    private Prompt PromptOf(Source step) => step.Task switch { Merge => _merge, Part => _part, _ => _whole };

    private static List<Source> Steps(Source source, string task, IReadOnlyList<string> texts) =>
        [.. texts.Select((text, index) =>
            source with { Text = text, Task = texts.Count > 1 || task == Merge ? task : null, Part = index + 1, Parts = texts.Count })];

    // Two at the least in each, whatever they are like: so every stage has at most half of the steps of the one before.
    private static List<string> Groups(IReadOnlyList<StepReply> replies, int room)
    {
        var groups = new List<string>();
        var counter = TokenCounter.For(replies[0].Step.Model);
        var (group, members, quarters) = (new StringBuilder(), 0, 0L);
        for (var i = 0; i < replies.Count; i++)
        {
            var text = $"Part {i + 1} of {replies.Count}\n{Render(replies[i].Data)}\n";
            var more = TextSplitter.QuartersOf(text, counter);
            if (members >= 2 && quarters + more > 4L * room && replies.Count - i >= 2)
            {
                groups.Add(group.ToString());
                (group, members, quarters) = (group.Clear(), 0, 0);
            }

            group.Append(text).Append('\n');
            (members, quarters) = (members + 1, quarters + more);
        }

        groups.Add(group.ToString());
        return groups;
    }

    // Whatever its schema is: texts one below the other, those of lists with a dash.
    private static string Render(JsonElement data) => data.ValueKind switch
    {
        JsonValueKind.Object => string.Concat(data.EnumerateObject().Select(m => Render(m.Value))),
        JsonValueKind.Array => string.Concat(data.EnumerateArray().Select(item => $"- {Render(item)}")),
        _ => $"{data}\n",
    };
}
