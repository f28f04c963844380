using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Drover.Tests;

/// <summary>A line has at most 140 columns. It may be longer only for one text literal, with little beside it.</summary>
public sealed class LineTests
{
    private const int MostColumns = 140;

    /// <summary>What may stand beside a long literal on its line, indentation not counted: what names or passes it.</summary>
    private const int MostBeside = 40;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    public void Lines_LongerThanTheLimit_AreOneLiteral(string folder) =>
        Repository.AssertNone(
            from file in Repository.Sources(folder)
            from line in TooLong(File.ReadAllText(file))
            select $"{Repository.Relative(file)}:{line}");

    [Theory]
    [InlineData(140, 0, true)]
    [InlineData(141, 0, false)]
    [InlineData(40, 500, true)]
    [InlineData(41, 500, false)]
    public void Line_OfCodeAndALiteral_IsTooLongByItsCode(int code, int literal, bool isGood)
    {
        var text = literal == 0 ? "" : $"\"{new string('x', literal)}\"";
        var line = $"{new string('f', code - 3)}({text});";

        Assert.Equal(isGood ? [] : [1], TooLong($"    {line}"[(literal == 0 ? 4 : 0)..]).ToArray());
    }

    [Fact]
    public void Line_OfTwoLiterals_IsTooLong() =>
        Assert.Equal([1], TooLong($"f(\"{new string('x', 90)}\", \"{new string('y', 90)}\");").ToArray());

    [Fact]
    public void Lines_OfARawLiteral_AreAsLongAsItsText() =>
        Assert.Empty(TooLong($"f(\"\"\"\n    {new string('x', 200)}\n    \"\"\");"));

    private static IEnumerable<int> TooLong(string source)
    {
        var text = SourceText.From(source);
        var lines = text.Lines.Where(line => line.Span.Length > MostColumns).ToList();
        if (lines.Count == 0)
        {
            return [];
        }

        var literals = CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().Where(IsLiteral).Select(node => node.Span).ToList();
        return lines.Where(line => Beside(line, literals) > MostBeside).Select(line => line.LineNumber + 1);
    }

    private static bool IsLiteral(SyntaxNode node) =>
        node is InterpolatedStringExpressionSyntax or LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression }
            or LiteralExpressionSyntax { RawKind: (int)SyntaxKind.Utf8StringLiteralExpression };

    private static int Beside(TextLine line, IEnumerable<TextSpan> literals) =>
        line.ToString().Trim().Length - literals.Select(it => it.Intersection(line.Span)?.Length ?? 0).DefaultIfEmpty().Max();
}
