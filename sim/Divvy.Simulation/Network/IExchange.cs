namespace Divvy.Simulation.Network;

/// <summary>A call or a request that is under way on a <see cref="ClientConnection"/>.</summary>
internal interface IExchange
{
    /// <summary>The connection is gone.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="neverSent">It was never made, so nothing has reached the other side.</param>
    void Broke(string reason, bool neverSent);
}
