using System.Text;
using System.Text.Json;
using Drover.Models;
using Drover.OpenAI;
using Drover.Recipes;
using Drover.Settings;

namespace Drover.Tests.Recipes;

public sealed class PromptsTests
{
    private static readonly Source Sample = new("7", "u", "t", "x", null);

    [Theory]
    [InlineData("{{id}} {{title}} {{url}} {{text}}", "7 t u x")]
    [InlineData("{{text}}{{text}}", "xx")]
    [InlineData("none", "none")]
    [InlineData("", "")]
    [InlineData("open {{ only", "open {{ only")]
    [InlineData("closed }} only {{id}}", "closed }} only 7")]
    public void Fill_Placeholders_AreTheSourcesMembers(string template, string expected) =>
        Assert.Equal(expected, new Template(template).Fill(Sample));

    [Fact]
    public void Fill_PlaceholdersInTheSourcesOwnText_AreNotFilledAgain() =>
        Assert.Equal(
            "{{text}} {{url}} {{nonsense}} secret",
            new Template("{{title}} {{url}} {{text}}").Fill(new Source("7", "{{url}}", "{{text}}", "{{nonsense}} secret", null)));

    [Fact]
    public void Fill_MembersThatAreMissing_AreEmpty() =>
        Assert.Equal("[][][]", new Template("[{{title}}][{{url}}][{{text}}]").Fill(new Source("7", null, null, null, null)));

    [Fact]
    public void Faults_AFolderOfPrompts_NamesEachFileThatWillNotDo()
    {
        var folder = Directory.CreateTempSubdirectory("drover-prompts-").FullName;
        File.WriteAllText(Path.Combine(folder, "extract.txt"), "Read {{name}}.");
        File.WriteAllText(
            Path.Combine(folder, "extract.schema.json"), """{"type":"object","properties":{"word":{"type":"array","contains":true}}}""");
        File.WriteAllText(Path.Combine(folder, "other.txt"), "");
        File.WriteAllText(Path.Combine(folder, "repair.txt"), "\n");
        File.WriteAllText(Path.Combine(folder, "vision.read.txt"), "Good: {{question}}");

        var faults = new RecipeOptions { Prompts = folder }.Faults().ToList();

        Directory.Delete(folder, recursive: true);
        Assert.Equal(4, faults.Count);
        Assert.StartsWith(
            $"Drover:Recipes:Prompts: {folder}/extract.schema.json: '#/properties/word/contains' is not supported;", faults[0],
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"Drover:Recipes:Prompts: {folder}/extract.txt: It names the placeholder '{{{{name}}}}'; there are id, title,", faults[1],
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"Drover:Recipes:Prompts: {folder}/other.txt: There is no prompt of that name; there are", faults[2], StringComparison.Ordinal);
        Assert.Equal($"Drover:Recipes:Prompts: {folder}/repair.txt: It is empty.", faults[3]);
        Assert.Equal(["Drover:Recipes:Prompts is 'gone'; it must be a folder."], new RecipeOptions { Prompts = "gone" }.Faults());
    }

    [Fact]
    public void Find_OwnPromptAndSchema_AreUsedInsteadAndTheRestStays()
    {
        var folder = Directory.CreateTempSubdirectory("drover-prompts-").FullName;
        File.WriteAllText(Path.Combine(folder, "extract.txt"), "Say what {{title}} is about.");
        File.WriteAllText(
            Path.Combine(folder, "extract.schema.json"),
            """{"type":"object","required":["about"],"properties":{"about":{"type":"string"}}}""");
        var recipe = new RecipeCatalogue(new Prompts(folder), new ModelCatalogue(), []).Find("extract")!;
        Directory.Delete(folder, recursive: true);

        var body = new System.Buffers.ArrayBufferWriter<byte>();
        _ = recipe.WriteRequestAsync(Sample, "gpt-4o-mini", body, default);
        Assert.Contains("Say what t is about.", Encoding.UTF8.GetString(body.WrittenSpan), StringComparison.Ordinal);
        Assert.Equal("""{"about":"x"}""", recipe.Read(Sample, ["""{"about":"x"}"""]).Data?.GetRawText());
        Assert.Equal("'about' is missing.", recipe.Read(Sample, ["{}"]).Fault);
    }

    [Theory]
    [InlineData("gpt-4o-mini", "json_schema")]
    [InlineData("deepseek-v3.2", "json_object")]
    [InlineData("plain", null)]
    public void WriteRequestAsync_AModelThatTakesNoSchema_IsAskedForWhatItTakes(string model, string? format)
    {
        var models = new ModelCatalogue(new Dictionary<string, ModelEntry> { ["plain"] = new() { ReplyFormat = ReplyFormat.Text } });
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        _ = new RecipeCatalogue(Prompts.BuiltIn, models, []).Find("extract")!.WriteRequestAsync(Sample, model, body, default);

        Assert.Equal(
            format,
            JsonElement.Parse(body.WrittenSpan).TryGetProperty("response_format", out var asked)
                ? asked.GetProperty("type").GetString()
                : null);
    }

    [Fact]
    public void Read_Source_TakesTextsAndNumbers()
    {
        var source = Source.Read(Encoding.UTF8.GetBytes("""{"id":7,"url":null,"title":12.50,"text":"x","model":"m","more":{}}"""));

        Assert.Equal(new Source("7", null, "12.50", "x", "m"), source);
    }

    [Fact]
    public void Find_Catalogue_KnowsItsNamesOnly()
    {
        var catalogue = new RecipeCatalogue();

        Assert.Equal(["extract", "chat", "copy", "document", "answer"], catalogue.Names);
        Assert.NotNull(catalogue.Find(RecipeCatalogue.Default));
        Assert.Null(catalogue.Find("Extract"));
    }
}
