using Drover.Batches;
using Drover.Files;
using Drover.Functions.Batches;

namespace Drover.Functions.OpenAI;

/// <summary>A batch as the OpenAI API shows it: <see href="https://platform.openai.com/docs/api-reference/batch/object"/>.</summary>
public sealed record BatchObject
{
    private const string DefaultEndpoint = "/v1/chat/completions";

    public required string Id { get; init; }

    public string Object => "batch";

    public required string Endpoint { get; init; }

    public string? Model { get; init; }

    public BatchErrors? Errors { get; init; }

    public required string InputFileId { get; init; }

    public string CompletionWindow => "24h";

    public required string Status { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public long CreatedAt { get; init; }

    public long? InProgressAt { get; init; }

    public long? ExpiresAt { get; init; }

    public long? FinalizingAt { get; init; }

    public long? CompletedAt { get; init; }

    public long? FailedAt { get; init; }

    public long? ExpiredAt { get; init; }

    public long? CancellingAt { get; init; }

    public long? CancelledAt { get; init; }

    public required RequestCounts RequestCounts { get; init; }

    public required BatchUsage Usage { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The batch of a view; <see cref="Errors"/> are the caller's to add.</summary>
    /// <remarks>
    /// The OpenAI API knows no batch that is stopped and can go on, so one that is shows as failed. Its outcomes are files as
    /// soon as there are any, also while it runs.
    /// </remarks>
    public static BatchObject Of(BatchView view)
    {
        var status = StatusOf(view.Status);
        var hasPlan = view.InProgressAt is not null && !(view.CancellingAt < view.InProgressAt);
        long? ended = view.EndedAt?.ToUnixTimeSeconds();
        long? EndedAs(string end) => status == end ? ended : null;
        return new BatchObject
        {
            Id = view.Id,
            Endpoint = view.Endpoint ?? DefaultEndpoint,
            Model = hasPlan ? view.Model : null,
            InputFileId = view.InputFileId,
            Status = status,
            OutputFileId = view.Counts.Completed > 0 ? FileId.Of(BatchFile.Results, view.Id) : null,
            ErrorFileId = view.Counts.Failed + view.Counts.Unrun > 0 ? FileId.Of(BatchFile.Errors, view.Id) : null,
            CreatedAt = view.CreatedAt.ToUnixTimeSeconds(),
            InProgressAt = hasPlan ? view.InProgressAt?.ToUnixTimeSeconds() : null,
            ExpiresAt = view.ExpiresAt.ToUnixTimeSeconds(),
            FinalizingAt = status is BatchStatus.Finalizing or BatchStatus.Completed or BatchStatus.Expired
                ? view.FinalizingAt?.ToUnixTimeSeconds()
                : null,
            CompletedAt = EndedAs(BatchStatus.Completed),
            FailedAt = EndedAs(BatchStatus.Failed),
            ExpiredAt = EndedAs(BatchStatus.Expired),
            CancellingAt = view.CancellingAt?.ToUnixTimeSeconds(),
            CancelledAt = EndedAs(BatchStatus.Cancelled),
            RequestCounts = new RequestCounts(view.Counts.Total, view.Counts.Completed, view.Counts.Failed),
            Usage = new BatchUsage(view.InputTokens, view.OutputTokens, new(view.CachedTokens), new(view.ReasoningTokens)),
            Metadata = view.Metadata ?? new Dictionary<string, string>(),
        };
    }

    /// <summary>The status under which the OpenAI API knows one of ours.</summary>
    public static string StatusOf(string status) => status == BatchStatus.Stopped ? BatchStatus.Failed : status;
}

/// <summary>Why a batch has failed.</summary>
public sealed record BatchErrors(IReadOnlyList<BatchError> Data)
{
    public string Object => "list";
}

/// <param name="Message">What is wrong.</param>
/// <param name="Line">The line of the input, or null.</param>
public sealed record BatchError(string Code, string Message, long? Line)
{
    public string? Param => null;
}

/// <summary>How many requests there are; those closed because the batch was cancelled or has expired are not failed.</summary>
public sealed record RequestCounts(long Total, long Completed, long Failed);

/// <summary>The tokens of a batch.</summary>
public sealed record BatchUsage(
    long InputTokens, long OutputTokens, InputTokensDetails InputTokensDetails, OutputTokensDetails OutputTokensDetails)
{
    public long TotalTokens => InputTokens + OutputTokens;
}

public sealed record InputTokensDetails(long CachedTokens);

public sealed record OutputTokensDetails(long ReasoningTokens);

/// <summary>A page of batches.</summary>
internal sealed record BatchObjectList(IReadOnlyList<BatchObject> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object => "list";
}
