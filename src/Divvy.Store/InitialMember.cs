namespace Divvy.Store;

/// <summary>A member of a cluster that is about to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PeerUrls">Where the others reach it.</param>
public sealed record InitialMember(string Name, IReadOnlyList<string> PeerUrls);
