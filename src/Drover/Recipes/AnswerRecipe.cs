using System.Buffers;
using System.Text;
using Drover.Json;
using Drover.Models;
using Drover.Recipes.Schemas;
using Drover.Tokens;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary><c>answer</c>: a question answered from documents, which the answer cites.</summary>
/// <remarks>
/// A source is <c>{"id","question","documents":[{"id","title"?,"text"}]}</c>. First every document is judged by how much it has to say to
/// the question (a long one in passages), all at once; the five most relevant, by their best passages, are then given to the answer. The
/// data is <c>{"answer","citations":[…]}</c>, the ids of documents.
/// </remarks>
internal sealed class AnswerRecipe(Prompts prompts, ModelCatalogue models) : IStagedRecipe
{
    /// <summary>So many documents are given to the answer.</summary>
    public const int Chosen = 5;

    private const string Judge = "judge";
    private const string Citations = "citations";
    private const int MostDocuments = 1_000;
    private const int LongestName = 512;

    private readonly Prompt _judge = Prompt.Read(prompts, "answer.judge", 200, models);
    private readonly Prompt _answer = Prompt.Read(prompts, "answer", 1_500, models);
    private readonly Template _text = prompts.Text("answer.text");

    public string Name => "answer";

    public ValueTask<CallResult?> WriteRequestAsync(
        Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        var written = source with { Text = Render(source.Documents) };
        if (source.Task == Judge)
        {
            _judge.WriteRequest(written, model, output);
        }
        else
        {
            _answer.WriteRequest(written, model, output, narrowed: SchemaOf(source));
        }

        return default;
    }

    public Reading Read(Source source, IReadOnlyList<string> replies) =>
        source.Task == Judge ? _judge.Read(replies[^1]) : _answer.Read(replies[^1], SchemaOf(source));

    public IReadOnlyList<Source> Begin(Source source, int room, out string? fault)
    {
        fault = string.IsNullOrWhiteSpace(source.Question) ? "An answer needs a 'question'."
            : source.Documents.Count is 0 or > MostDocuments
                ? $"'documents' are {source.Documents.Count:N0}; there must be from 1 to {MostDocuments:N0}."
            : source.Documents.FirstOrDefault(
                d => string.IsNullOrWhiteSpace(d.Text)) is { } empty ? $"Document '{Excerpt.Of(empty.Id)}' has no 'text'."
            : source.Documents.FirstOrDefault(d => d.Id.Length > LongestName || d.Title?.Length > LongestName) is { } named
                ? $"Document '{Excerpt.Of(named.Id)}' has an id or a title of more than {LongestName} characters."
            : source.FaultOfRepeated() is { } tooLong ? tooLong
            : source.Documents.CountBy(d => d.Id)
            .FirstOrDefault(d => d.Value > 1) is { Value: > 1 } twice ? $"Two documents have the id '{Excerpt.Of(twice.Key)}'."
            : null;
        if (fault is not null)
        {
            return [];
        }

        // A fifth of the room each, so that those chosen fit into one request together.
        var counter = TokenCounter.For(source.Model);
        var passages = source.Documents.SelectMany(
            d => TextSplitter.Split(d.Text, room / Chosen, counter).Select(text => d with { Text = text })).ToList();
        return [.. passages.Select(
            (passage, index) =>
                source with
                {
                    Text = null,
                    Image = null,
                    ETag = null,
                    Documents = [passage],
                    Task = Judge,
                    Part = index + 1,
                    Parts = passages.Count,
                })];
    }

    public StageEnd Next(IReadOnlyList<StepReply> replies, int room)
    {
        if (replies[0].Step.Task != Judge)
        {
            return new StageEnd([], replies[0].Data);
        }

        var chosen = replies.OrderByDescending(RelevanceOf).Select(r => r.Step.Documents[0]).DistinctBy(d => d.Id).Take(Chosen);
        return new StageEnd([replies[0].Step with { Documents = [.. chosen], Task = null, Part = 1, Parts = 1 }]);
    }

    /// <summary>The prompt for an answer that is plain text, with the ids of documents in square brackets.</summary>
    public string TextPrompt(Source step) => _text.Fill(step with { Text = Render(step.Documents) });

    private static double RelevanceOf(StepReply reply) =>
        reply.Data.TryGetProperty("relevance", out var relevance) && relevance.TryGetDouble(out var number) ? number : 0;

    private ReplySchema SchemaOf(Source step) => _answer.Schema.Among(Citations, step.Documents.Select(d => d.Id));

    private static string Render(IReadOnlyList<SourceDocument> documents)
    {
        var text = new StringBuilder();
        foreach (var document in documents)
        {
            text.Append(text.Length > 0 ? "\n\n" : "").Append("Document ").Append(document.Id);
            text.Append(document.Title is { Length: > 0 } title ? $" ({title}):\n" : ":\n").Append(document.Text);
        }

        return text.ToString();
    }
}
