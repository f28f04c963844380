using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Drover.Tests;

/// <summary>Types, methods and constructors of <c>src</c> are small enough to be read at once.</summary>
public sealed partial class SizeTests
{
    private const int MostLinesOfAType = 250;
    private const int MostLinesOfAMethod = 60;
    private const int MostParameters = 7;

    /// <summary>What is still too large, to be cut; nothing is added here.</summary>
    private static readonly string[] NotYet =
    [
        "src/Drover/Budgets/SpendSession.cs SpendSession()",
        "src/Drover/Estimates/Estimator.cs Estimator()",
        "src/Drover/Estimates/Estimator.cs ScanAsync()",
        "src/Drover/Intake/BatchIntake.cs BatchIntake()",
        "src/Drover/Retries/RetryRunner.cs RetryRunner()",
        "src/Drover/Throttling/LimitsShare.cs LimitsShare",
        "src/Drover/Throttling/Throttle.cs Throttle",
    ];

    [Fact]
    public void Types_OfMoreThan250Lines_GiveTheirReason() => Holds(LongTypes());

    [Fact]
    public void Methods_All_HaveAtMost60Lines() => Holds(LongMethods());

    /// <remarks>The parameters of a record are its data, and do not count.</remarks>
    [Fact]
    public void Constructors_All_HaveAtMost7Parameters() => Holds(WideConstructors());

    [Fact]
    public void NotYet_NamesOnlyWhatIsStillTooLarge() =>
        Repository.AssertNone(NotYet.Except(LongTypes().Concat(LongMethods()).Concat(WideConstructors()).Select(it => it.What)));

    private static void Holds(IEnumerable<(string What, int Size)> found) =>
        Repository.AssertNone(found.Where(it => !NotYet.Contains(it.What)).Select(it => $"{it.What}: {it.Size}"));

    private static IEnumerable<(string What, int Size)> LongTypes() =>
        from it in Nodes<TypeDeclarationSyntax>()
        let lines = Lines(it.Node)
        where lines > MostLinesOfAType && !Reason().IsMatch(it.Node.GetLeadingTrivia().ToFullString())
        select ($"{it.File} {it.Node.Identifier}", lines);

    private static IEnumerable<(string What, int Size)> LongMethods() =>
        from it in Nodes<SyntaxNode>()
        where it.Node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax
        let lines = Lines(it.Node)
        where lines > MostLinesOfAMethod
        select ($"{it.File} {NameOf(it.Node)}()", lines);

    private static IEnumerable<(string What, int Size)> WideConstructors() =>
        from it in Nodes<SyntaxNode>()
        let parameters = it.Node switch
        {
            RecordDeclarationSyntax => 0,
            TypeDeclarationSyntax type => type.ParameterList?.Parameters.Count ?? 0,
            ConstructorDeclarationSyntax constructor => constructor.ParameterList.Parameters.Count,
            _ => 0,
        }
        where parameters > MostParameters
        select ($"{it.File} {NameOf(it.Node)}()", parameters);

    private static IEnumerable<(string File, T Node)> Nodes<T>() where T : SyntaxNode =>
        from file in Repository.Sources("src")
        from node in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<T>()
        select (Repository.Relative(file), node);

    // Without its doc comment.
    private static int Lines(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        _ => node.Kind().ToString(),
    };

    /// <summary>The remarks say why: "Longer than most: …".</summary>
    [GeneratedRegex("<remarks>.*Longer than most.*</remarks>", RegexOptions.Singleline)]
    private static partial Regex Reason();
}
