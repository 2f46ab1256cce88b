using Divvy.Torture.Links;
using Divvy.Torture.Targets;

namespace Divvy.Torture.Members;

/// <summary>All members, each on its own data directory below one.</summary>
public sealed class Cluster : IAsyncDisposable
{
    /// <summary>How long a start may take: far more than it does, for the machine may be busy.</summary>
    private static readonly TimeSpan startLimit = TimeSpan.FromSeconds(60);

    public Cluster(ITarget target, int members, string directory)
    {
        List<MemberSettings> all =
            [.. Enumerable.Range(1, members).Select(id => new MemberSettings($"n{id}", Path.Combine(directory, $"n{id}")))];
        Members = [.. all.Select(settings => new Member(settings, target.Command(settings, all)))];
        Network = new Network(Members);
    }

    public IReadOnlyList<Member> Members { get; }

    public Network Network { get; }

    /// <summary>Starts whoever does not run and waits until all serve.</summary>
    public async Task StartAsync()
    {
        foreach (var member in Members)
            await member.StartAsync();
        foreach (var member in Members)
            await member.WaitUntilServingAsync(startLimit);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.DisposeAsync();
        await Network.DisposeAsync();
    }
}
