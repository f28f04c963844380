namespace Drover.Storage;

/// <summary>Storage does not answer, or refuses us.</summary>
public sealed class StorageUnreachableException(Uri container, Exception inner) : Exception(
    $"Storage cannot be used: {container.GetLeftPart(UriPartial.Path)} ({FirstLine(inner)}). Check AzureWebJobsStorage.", inner)
{
    private static string FirstLine(Exception e) =>
        (e is AggregateException { InnerException: { } first } ? first : e).Message.Split('\n')[0].Trim();
}
