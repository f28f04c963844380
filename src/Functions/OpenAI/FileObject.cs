using Drover.Files;

namespace Drover.Functions.OpenAI;

/// <summary>A file as the OpenAI API shows it: <see href="https://platform.openai.com/docs/api-reference/files/object"/>.</summary>
public sealed record FileObject(
    string Id, string Purpose, string Filename, long Bytes, long CreatedAt, long? ExpiresAt)
{
    public string Object => "file";

    public string Status => "processed";

    public string? StatusDetails => null;

    public static FileObject Of(StoredFile file) =>
        new(file.Id, file.Purpose, file.Name, file.Bytes, file.CreatedAt.ToUnixTimeSeconds(), file.ExpiresAt?.ToUnixTimeSeconds());
}

/// <summary>A page of files.</summary>
internal sealed record FileList(IReadOnlyList<FileObject> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object => "list";
}

/// <summary>The answer to a deletion.</summary>
internal sealed record FileDeleted(string Id)
{
    public string Object => "file";

    public bool Deleted => true;
}
