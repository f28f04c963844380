using System.Text;
using Drover.Recipes;

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
    public void Fill_Placeholders_AreTheSourcesMembers(string template, string expected) => Assert.Equal(expected, Prompts.Fill(template, Sample));

    [Fact]
    public void Fill_PlaceholdersInTheSourcesOwnText_AreNotFilledAgain() =>
        Assert.Equal(
            "{{text}} {{url}} {{nonsense}} secret",
            Prompts.Fill("{{title}} {{url}} {{text}}", new Source("7", "{{url}}", "{{text}}", "{{nonsense}} secret", null)));

    [Fact]
    public void Fill_MembersThatAreMissing_AreEmpty() =>
        Assert.Equal("[][][]", Prompts.Fill("[{{title}}][{{url}}][{{text}}]", new Source("7", null, null, null, null)));

    [Fact]
    public void Fill_UnknownPlaceholder_NamesIt() =>
        Assert.Equal(
            "A prompt names the placeholder '{{name}}'; it may name id, title, url, text and question.",
            Assert.Throws<InvalidDataException>(() => Prompts.Fill("{{name}}", Sample)).Message);

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

        Assert.Equal(["extract"], catalogue.Names);
        Assert.NotNull(catalogue.Find(RecipeCatalogue.Default));
        Assert.Null(catalogue.Find("Extract"));
    }
}
