using Microsoft.AspNetCore.Routing.Template;

namespace Drover.LocalHost.Tests;

/// <summary>
/// The routes of the function app as the host on Azure takes them: the first that is right, in the alphabetical order of the
/// functions' names (<see href="https://github.com/Azure/azure-functions-host/issues/9876"/>). This machine's routing would take the most
/// specific.
/// </summary>
public sealed class RouteTests
{
    private static readonly IReadOnlyList<HttpFunction> Functions =
    [
        .. HttpRoutes.All.GroupBy(r => r.Name)
            .Select(f => new HttpFunction(f.Key, TemplateParser.Parse(f.First().Route), [.. f.Select(r => r.Method)]))
            .OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase),
    ];

    [Fact]
    public void Routes_InAlphabeticalOrder_EachLeadsToItsOwnFunction()
    {
        var wrong =
            from function in Functions
            from method in function.Methods
            let path = PathOf(function.Route)
            let first = Functions.First(f => f.Takes(method, path))
            where first != function
            select $"{method} {path} is for {function.Name}, but {first.Name} comes first";

        Assert.True(Functions.Count > 20);
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("/v1/models", "GetModelObjects")]
    [InlineData("/v1/models/openai/gpt-4o", "GetModelObjects")]
    [InlineData("/v1", "ZUnknownRoute")]
    [InlineData("/v1/files/file-1/nothing", "ZUnknownRoute")]
    public void Get_APath_LeadsTo(string path, string name) => Assert.Equal(name, Functions.First(f => f.Takes("GET", path)).Name);

    [Fact]
    public void Routes_AreNoneOfTheHosts() =>
        Assert.All(Functions, f => Assert.DoesNotContain(f.Route.GetSegment(0)!.Parts[0].Text, new[] { "admin", "runtime", null }));

    private static string PathOf(RouteTemplate route) =>
        $"/{string.Join('/', route.Segments.Select(s => s.Parts[0].IsParameter ? "some" : s.Parts[0].Text))}";

    private sealed record HttpFunction(string Name, RouteTemplate Route, string[] Methods)
    {
        public bool Takes(string method, string path) =>
            Methods.Contains(method) && new TemplateMatcher(Route, []).TryMatch(path, []);
    }
}
