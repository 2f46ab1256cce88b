namespace Divvy.Simulation.Distribution;

/// <summary>Whether anything is broken, or may still be from before. While nothing is, planned changes must fail no
/// request.</summary>
internal sealed class Weather
{
    private int faults;
    private int epoch;
    private bool recovered;

    /// <summary>Faults that last.</summary>
    public int Faults => faults;

    /// <summary>Names the present calm, null while there is none: two equal answers say that all was well between
    /// them.</summary>
    public int? Calm => recovered && faults == 0 ? epoch : null;

    public void Begin()
    {
        faults++;
        epoch++;
        recovered = false;
    }

    public void End() => faults--;

    /// <summary>Everything works, seen from outside.</summary>
    public void Recovered() => recovered = true;
}
