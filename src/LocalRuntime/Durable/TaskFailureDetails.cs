namespace Drover.LocalRuntime;

/// <summary>The description of an exception that crossed an activity's or an orchestration's boundary.</summary>
/// <remarks>
/// Message and stack trace are each cut to 8,192 characters and chains to ten links, because they are kept in history
/// and sent on at every level.
/// </remarks>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties)
{
    private const int MaxText = 8192;
    private const int MaxDepth = 10;

    /// <summary>Describes an exception and its inner exceptions.</summary>
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return FromException(exception, MaxDepth);
    }

    /// <summary>Whether the failure's type is <typeparamref name="T"/> or derives from it.</summary>
    public bool IsCausedBy<T>()
        where T : Exception => IsCausedBy(typeof(T));

    /// <summary>Whether the failure's type is the given one or derives from it; false when that type is not loaded here.</summary>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
            throw new ArgumentException($"The type {targetBaseExceptionType} is not an exception type.", nameof(targetBaseExceptionType));

        if (string.IsNullOrEmpty(ErrorType))
            return false;

        var type = Type.GetType(ErrorType) ?? targetBaseExceptionType.Assembly.GetType(ErrorType)
            ?? AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(ErrorType)).FirstOrDefault(t => t is not null);
        return targetBaseExceptionType.IsAssignableFrom(type);
    }

    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    internal static TaskFailureDetails Of(string errorType, string message) => new(errorType, Cut(message), null, null, null);

    private static TaskFailureDetails FromException(Exception exception, int depth)
    {
        var inner = depth <= 1 ? null : exception switch
        {
            TaskFailedException failed => failed.FailureDetails.Shortened(depth - 1),
            { InnerException: { } cause } => FromException(cause, depth - 1),
            _ => null,
        };
        return new(exception.GetType().ToString(), Cut(exception.Message), Cut(exception.StackTrace), inner, null);
    }

    private TaskFailureDetails? Shortened(int depth) =>
        depth == 0 ? null : this with { InnerFailure = InnerFailure?.Shortened(depth - 1) };

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text) =>
        text is null || text.Length <= MaxText ? text : $"{text.AsSpan(0, MaxText)}… ({text.Length - MaxText} characters cut)";
}
