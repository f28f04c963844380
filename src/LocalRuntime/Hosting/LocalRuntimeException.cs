namespace Drover.LocalRuntime;

/// <summary>The functions or their settings cannot be run as they are. The message lists everything found wrong, one line each.</summary>
public sealed class LocalRuntimeException : Exception
{
    internal LocalRuntimeException(IReadOnlyList<string> errors)
        : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>Each thing found wrong, naming the function and parameter, or the file and setting.</summary>
    public IReadOnlyList<string> Errors { get; }
}
