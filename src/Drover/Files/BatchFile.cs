namespace Drover.Files;

/// <summary>The files that a batch has of its own.</summary>
public enum BatchFile
{
    /// <summary>Its outcomes that are results.</summary>
    Results,

    /// <summary>Its outcomes that are errors.</summary>
    Errors,

    /// <summary>Its input, where that was not uploaded as a file.</summary>
    Input,
}
