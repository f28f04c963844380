namespace Drover.Tokens;

/// <summary>What a model cuts text into tokens by.</summary>
public enum TokenEncoding
{
    /// <summary><c>o200k_base</c>: gpt-4o, gpt-4.1, gpt-5, o1, o3, o4; the nearest for models of which it is not known.</summary>
    O200k,

    /// <summary><c>cl100k_base</c>: gpt-4, gpt-4-turbo, gpt-3.5, text-embedding-3 and -ada-002.</summary>
    Cl100k,
}
