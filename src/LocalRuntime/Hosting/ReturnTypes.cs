namespace Drover.LocalRuntime;

/// <summary>Looks through <c>Task</c> and <c>ValueTask</c>.</summary>
internal static class ReturnTypes
{
    /// <summary>What a method hands over in the end; <c>void</c> for a task without a result.</summary>
    public static Type ResultOf(Type declared) =>
        declared == typeof(Task) || declared == typeof(ValueTask) ? typeof(void)
        : IsTaskOfResult(declared) ? declared.GetGenericArguments()[0]
        : declared;

    public static bool IsTaskOfResult(Type declared) =>
        declared.IsGenericType && declared.GetGenericTypeDefinition() is var definition
        && (definition == typeof(Task<>) || definition == typeof(ValueTask<>));
}
