using System.Buffers;
using System.Text.Json.Nodes;
using Drover.Calls;
using Drover.Json;
using Drover.Models;
using Drover.OpenAI;
using Drover.Recipes;
using Drover.Streams;
using Drover.Throttling;
using Drover.Upstreams;

namespace Drover.Questions;

/// <summary>
/// Answers a question while the caller waits: the recipe <c>answer</c> without a batch. What fails is tried again a few times, soon.
/// </summary>
public sealed class QuestionAnswerer(
    RecipeCatalogue recipes, ContextRoom room, ModelCatalogue models, ModelSelector selector, UpstreamOptions upstream, ModelCaller caller,
    TimeProvider time)
{
    private const int MostTries = 4;
    private const int MostAnswerTokens = 1_500;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly AnswerRecipe _recipe = (AnswerRecipe)recipes.Find("answer")!;

    /// <summary>The source that stands for a question.</summary>
    /// <param name="model">The model; null: as the settings say.</param>
    /// <param name="fault">What is wrong with them.</param>
    public Source? Ask(string? question, IReadOnlyList<SourceDocument> documents, string? model, out string? fault)
    {
        model ??= upstream.Model;
        fault = models.Fault("'model'", model, isLimited: false);
        var source = new Source(
            "question", null, null, null,
            ModelWish.IsAuto(model) ? selector.Choose(null, null, default) : model)
        { Question = question, Documents = documents };
        if (fault is null)
        {
            Begin(source, out fault);
        }

        return fault is null ? source : null;
    }

    /// <summary>Judges the documents and chooses those that the answer is given.</summary>
    /// <param name="question">What <see cref="Ask"/> made.</param>
    /// <param name="key">The name of the caller's key that pays; null for none.</param>
    public async Task<Answered> ChooseAsync(Source question, string? key, CancellationToken cancellationToken)
    {
        var steps = Begin(question, out _);
        var judged = await Task.WhenAll(steps.Select(step => CallAsync(step, key, cancellationToken)));
        for (var i = 0; i < judged.Length; i++)
        {
            if (judged[i].Data is null)
            {
                var call = judged[i].Call;
                var message = $"Document '{Excerpt.Of(steps[i].Documents[0].Id)}' could not be judged: {call.ErrorMessage}";
                return judged[i] with { Call = call with { ErrorMessage = message } };
            }
        }

        var chosen = _recipe.Next(
            [.. steps.Zip(judged, (step, answer) => new StepReply(step, answer.Data!.Value))], room.Of(question.Model)).Steps[0];
        return new Answered(chosen.Documents, Sum(judged.Select(j => j.Call)), judged[0].Data);
    }

    /// <summary>Answers from the documents that were chosen.</summary>
    /// <param name="question">What <see cref="Ask"/> made.</param>
    /// <param name="chosen">What <see cref="ChooseAsync"/> gave.</param>
    /// <param name="key">The name of the caller's key that pays; null for none.</param>
    public async Task<Answered> AnswerAsync(Source question, Answered chosen, string? key, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(question with { Documents = chosen.Documents }, key, cancellationToken);
        return answer.Data is null ? answer : answer with { Call = Sum([chosen.Call, answer.Call]) with { Model = answer.Call.Model } };
    }

    /// <summary>The chat that asks for the answer as a stream of plain text, with ids of documents in square brackets.</summary>
    public ChatRequest StreamOf(Source question, Answered chosen, string? key)
    {
        var prompt = _recipe.TextPrompt(question with { Documents = chosen.Documents });
        var body = new JsonObject
        {
            ["model"] = question.Model,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
            ["temperature"] = 0,
            ["max_tokens"] = MostAnswerTokens,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        return ChatRequest.Read(System.Text.Encoding.UTF8.GetBytes(body.ToJsonString(ReadableJson.Options)), key);
    }

    private IReadOnlyList<Source> Begin(Source question, out string? fault) => _recipe.Begin(question, room.Of(question.Model), out fault);

    private async Task<Answered> CallAsync(Source step, string? key, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        await _recipe.WriteRequestAsync(step, step.Model!, body, cancellationToken);
        var conversation = new Conversation(step, body.WrittenMemory, _recipe, recipes.RepairOf);
        var (terms, id) = (caller.TermsFor(key), Guid.NewGuid().ToString("N"));
        for (var tries = 1; ; tries++)
        {
            var call = caller.Prepare(terms, $"{id}\n{conversation.Replies}", ChatRequest.Url, conversation.Body) with { IsOurs = true };
            var answer = await CallAsync(call, cancellationToken);
            if (conversation.Take(answer))
            {
                tries = 0;
                continue;
            }

            if (answer.Outcome is Outcome.Later or Outcome.ConnectionLost or Outcome.NotSent && tries < MostTries
                && (answer.RetryAfter ?? Backoff.Delay(tries, FirstWait, LongestWait, Random.Shared)) is var wait && wait <= LongestWait)
            {
                await Task.Delay(wait, time, cancellationToken);
                continue;
            }

            var sum = conversation.Sum(answer);
            return conversation.Reading is { Fault: null, Data: { } data }
                ? new Answered([], sum, data)
                : new Answered(
                    [],
                    sum with
                    {
                        ErrorCode = sum.ErrorCode ?? conversation.Reading?.Code,
                        ErrorMessage = sum.ErrorMessage ?? conversation.Reading?.Fault,
                        IsJson = false,
                    },
                    null);
        }
    }

    private async Task<CallResult> CallAsync(ModelCall call, CancellationToken cancellationToken)
    {
        using var answer = await caller.CallAsync(call, null, cancellationToken);
        return answer.Result;
    }

    private static CallResult Sum(IEnumerable<CallResult> calls) => calls.Aggregate(
        new CallResult(Outcome.Result), (sum, call) => sum with { Usage = sum.Usage + call.Usage, CostUsd = sum.CostUsd + call.CostUsd });
}
