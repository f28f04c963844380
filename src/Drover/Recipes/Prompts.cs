namespace Drover.Recipes;

/// <summary>The prompt texts: files beside the program, so that they can be changed without compiling it.</summary>
internal static class Prompts
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Recipes", "Prompts");

    public static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(Folder, file));

    /// <summary>Puts the source's members in the place of <c>{{title}}</c>, <c>{{url}}</c>, <c>{{text}}</c> and <c>{{question}}</c>, in one pass.</summary>
    public static string Fill(string template, Source source)
    {
        var result = new System.Text.StringBuilder(template.Length + (source.Text?.Length ?? 0));
        var rest = template.AsSpan();
        while (rest.IndexOf("{{") is >= 0 and var open && rest[open..].IndexOf("}}") is >= 0 and var length)
        {
            var name = rest.Slice(open + 2, length - 2);
            result.Append(rest[..open]);
            result.Append(name switch
            {
                "title" => source.Title,
                "url" => source.Url,
                "text" => source.Text,
                "id" => source.Id,
                "question" => source.Question,
                _ => throw new InvalidDataException($"A prompt names the placeholder '{{{{{name}}}}}'; it may name id, title, url, text and question."),
            });
            rest = rest[(open + length + 2)..];
        }

        return result.Append(rest).ToString();
    }
}
