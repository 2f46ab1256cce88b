namespace Divvy.Simulation.Mutants;

/// <summary>One change of a mutant.</summary>
/// <param name="Path">The file, from the root of the repository on.</param>
/// <param name="Before">Text that stands in it exactly once.</param>
/// <param name="After">What takes its place; may be empty.</param>
internal sealed record MutantEdit(string Path, string Before, string After)
{
    /// <summary>The file's text with this change.
    /// <exception cref="FormatException">The text is not there, or more than once.</exception></summary>
    public string ApplyTo(string text)
    {
        var first = text.IndexOf(Before, StringComparison.Ordinal);
        if (first < 0)
            throw new FormatException($"{Path} has no such text (any more):\n{Before}");
        if (text.IndexOf(Before, first + 1, StringComparison.Ordinal) >= 0)
            throw new FormatException($"{Path} has this text more than once:\n{Before}");
        return string.Concat(text.AsSpan(0, first), After, text.AsSpan(first + Before.Length));
    }
}
