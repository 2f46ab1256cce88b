namespace Divvy.Cli.Lab;

/// <summary>Something that must hold.</summary>
/// <param name="Name">What.</param>
/// <param name="Passed">Whether it does.</param>
/// <param name="Measured">What was measured; null: there is nothing to measure.</param>
/// <param name="Limit">At most this much.</param>
/// <param name="Unit">Of both numbers.</param>
internal sealed record Bar(string Name, bool Passed, double? Measured = null, double? Limit = null, string Unit = "")
{
    public static Bar AtMost(string name, double measured, double limit, string unit = "") =>
        new(name, measured <= limit, Math.Round(measured, 1), limit, unit);

    public static Bar None(string name, long measured) => AtMost(name, measured, 0);

    public static Bar IsTrue(string name, bool holds) => new(name, holds);

    public override string ToString()
    {
        var verdict = Passed ? "pass" : "FAIL";
        return Measured is null
            ? $"{verdict}  {Name}"
            : $"{verdict}  {Name}: {$"{Measured:0.#} {Unit}".TrimEnd()} (at most {Limit:0.#})";
    }
}
