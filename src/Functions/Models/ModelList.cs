namespace Drover.Functions.Models;

/// <summary>The models of the catalogue.</summary>
internal sealed record ModelList(IReadOnlyList<ModelView> Data)
{
    public string Object => "list";
}
