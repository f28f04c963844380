namespace Drover.Streams;

/// <summary>How an upstream is asked to go on after a text: the dialects of the assistant prefix.</summary>
public enum Continuation
{
    /// <summary>The text as the last message, of role <c>assistant</c>: what most gateways and hosted models take.</summary>
    Assistant,

    /// <summary>The same with <c>"prefix": true</c> in that message: Mistral and DeepSeek.</summary>
    PrefixFlag,

    /// <summary>
    /// The same with <c>"continue_final_message": true, "add_generation_prompt": false</c> in the request: vLLM and SGLang.
    /// </summary>
    ContinueFinalMessage,

    /// <summary>Not at all: a stream that breaks after its first text ends with an error.</summary>
    Off,
}
