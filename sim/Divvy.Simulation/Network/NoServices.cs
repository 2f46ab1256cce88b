namespace Divvy.Simulation.Network;

/// <summary>A container with nothing in it: the pipelines of the world need none.</summary>
internal sealed class NoServices : IServiceProvider
{
    public static readonly NoServices Instance = new();

    public object? GetService(Type serviceType) => null;
}
