namespace Drover.Simulator.Calls;

/// <summary>A request that has passed the checks, of any endpoint that a model answers.</summary>
internal sealed record ModelCall(SimulatedModel Model, string ModelName, IReadOnlyList<Prompt> Prompts)
{
    public AnswerFormat Format { get; init; } = AnswerFormat.Text;

    /// <summary>The text of a last message of the assistant's: the answer goes on after it.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Answers to each prompt.</summary>
    public int Choices { get; init; } = 1;

    public int? MaxTokens { get; init; }

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    /// <summary>The length of embeddings.</summary>
    public int Dimensions { get; init; }

    public bool Base64 { get; init; }

    public int PromptTokens => Prompts.Sum(prompt => prompt.Tokens) + TokenEstimate.Of(Prefix);
}
