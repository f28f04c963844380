namespace Drover.Files;

/// <summary>A file of the OpenAI surface: one that was uploaded, or the outcomes of a batch under a file's id.</summary>
public sealed record StoredFile
{
    public required string Id { get; init; }

    /// <summary>Such as <c>batch</c>, or <c>batch_output</c> for a batch's outcomes.</summary>
    public required string Purpose { get; init; }

    public required string Name { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the caller's key that it was made with; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>When it is no longer served; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was deleted; null: it was not.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>For how long it has been gone, by then: deleted or expired; null while it is there.</summary>
    public TimeSpan? GoneFor(DateTimeOffset now) =>
        (DeletedAt is { } deleted ? deleted : ExpiresAt) is { } end && end <= now ? now - end : null;
}
