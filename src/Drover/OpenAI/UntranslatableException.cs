namespace Drover.OpenAI;

/// <summary>A request of <c>/v1/responses</c> asks for what <c>/v1/chat/completions</c> does not have.</summary>
/// <param name="parameter">The member that asks for it, such as <c>input[0].content[1]</c>.</param>
/// <param name="why">What is wrong with it, as the end of a sentence that begins with its name.</param>
internal sealed class UntranslatableException(string parameter, string why = "has no counterpart there") : Exception(why)
{
    public string Parameter => parameter;
}
