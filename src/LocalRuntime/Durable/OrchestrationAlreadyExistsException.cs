namespace Drover.LocalRuntime;

/// <summary>An instance of this id is still pending, running or suspended.</summary>
/// <remarks>The real one lives in <c>DurableTask.Core.Exceptions</c>.</remarks>
public class OrchestrationAlreadyExistsException : Exception
{
    public OrchestrationAlreadyExistsException()
    {
    }

    public OrchestrationAlreadyExistsException(string message)
        : base(message)
    {
    }

    public OrchestrationAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
