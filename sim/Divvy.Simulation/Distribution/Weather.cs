namespace Divvy.Simulation.Distribution;

/// <summary>Whether anything is broken, or may still be from before. While nothing is, planned changes must fail no
/// request.</summary>
internal sealed class Weather
{
    private int faults;
    private int grave;
    private int epoch;
    private int graveEpoch;
    private bool recovered;
    private bool steady;

    /// <summary>Names the present calm, null while there is none: two equal answers say that all was well between
    /// them.</summary>
    public int? Calm => recovered && faults == 0 ? epoch : null;

    /// <summary>The same, but instances may have died: their shards are without an owner until their sessions end, and
    /// not for long after that.</summary>
    public int? Steady => steady && grave == 0 ? graveEpoch : null;

    /// <summary>Faults may strike now.</summary>
    public bool IsStormy { get; set; }

    /// <summary>A fault strikes.</summary>
    /// <param name="isGrave">It is more than the death of an instance.</param>
    public void Begin(bool isGrave)
    {
        faults++;
        epoch++;
        recovered = false;
        if (!isGrave)
            return;
        grave++;
        graveEpoch++;
        steady = false;
    }

    public void End(bool isGrave)
    {
        faults--;
        if (isGrave)
            grave--;
    }

    /// <summary>Everything works, seen from outside.</summary>
    public void Recovered() => recovered = steady = true;
}
