namespace Drover.Recipes.Schemas;

/// <summary>One reading of a reply: whether values are mended, and how many steps are left.</summary>
/// <remarks>
/// Alternatives within alternatives can take a number of steps that doubles with every level; the reply is another's, so the
/// steps are counted and end.
/// </remarks>
internal sealed class SchemaPass
{
    /// <summary>So many levels of schemas may be held against values of one reply.</summary>
    public const int MostSteps = 1_000_000;

    private readonly SchemaPass? _first;
    private int _steps;

    /// <param name="mends">Whether what can be mended is.</param>
    public SchemaPass(bool mends)
    {
        Mends = mends;
        AsIs = mends ? new SchemaPass(this) : this;
    }

    private SchemaPass(SchemaPass first) => (_first, AsIs) = (first, this);

    /// <summary>Whether what can be mended is.</summary>
    public bool Mends { get; }

    /// <summary>The same reading without mending.</summary>
    public SchemaPass AsIs { get; }

    /// <summary>Whether anything was mended, be it in an alternative that was dropped.</summary>
    public bool HasMended { get; set; }

    /// <summary>Whether it was given up, and so says nothing.</summary>
    public bool IsExhausted => (_first ?? this)._steps > MostSteps;

    /// <summary>Counts steps; false: they are used up.</summary>
    public bool Step(int count = 1)
    {
        var counted = _first ?? this;
        counted._steps += counted._steps > MostSteps ? 0 : count;
        return counted._steps <= MostSteps;
    }
}
