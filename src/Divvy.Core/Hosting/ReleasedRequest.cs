namespace Divvy.Core.Hosting;

/// <summary>A request that waited and now has its decision; never again queue or hold. One that is served counts as
/// inside: if its caller went away meanwhile, its admission must still be left.</summary>
public readonly record struct ReleasedRequest(long Ticket, AdmitResult Result);
