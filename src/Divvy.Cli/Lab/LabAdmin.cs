using Divvy.Cli.Admin;
using Divvy.Cli.Output;
using Divvy.Coordination.Admin;

namespace Divvy.Cli.Lab;

/// <summary>What the lab asks of a server.</summary>
internal sealed class LabAdmin(LabServer server) : IDisposable
{
    private const int MaxEvents = 10_000;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly AdminClient client = new(server.Admin);

    public Task SetStandbysAsync(string space, int standbys, CancellationToken cancellationToken) =>
        client.PatchAsync<NamespaceView>(
            $"namespaces/{space}", new NamespaceChange { Standbys = standbys }, cancellationToken);

    /// <summary>When each shard was taken over last, by the clock of the server that did it.</summary>
    public async Task<IReadOnlyDictionary<string, long>> TakeoversAsync(
        string space, CancellationToken cancellationToken)
    {
        var page = await client.GetAsync<EventPage>($"namespaces/{space}/events?limit={MaxEvents}", cancellationToken);
        return page.Events
            .Where(happened => happened.Kind == "takeover")
            .GroupBy(happened => happened.Shard, StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => (group.Last().Time - DateTimeOffset.UnixEpoch).Ticks * 100,
                StringComparer.Ordinal);
    }

    /// <summary>The id of the server that leads the stage's namespace, as soon as one of the stage's does.</summary>
    public static Task<string> LeaderOfAsync(LabStage stage, CancellationToken cancellationToken) =>
        WaitForLeaderAsync(stage, leader => stage.Servers.Exists(server => server.Id == leader), cancellationToken);

    /// <summary>Waits until another server leads than this one; returns when that was seen.</summary>
    public static async Task<long> WaitForAnotherLeaderAsync(
        LabStage stage, string former, CancellationToken cancellationToken)
    {
        await WaitForLeaderAsync(stage, leader => leader != former, cancellationToken);
        return LabStage.NowNs;
    }

    public void Dispose() => client.Dispose();

    private static async Task<string> WaitForLeaderAsync(
        LabStage stage, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        using var admin = new LabAdmin(stage.Servers[0]);
        for (var waited = TimeSpan.Zero; waited < LabStage.Patience; waited += Poll)
        {
            var view = await admin.client.GetAsync<NamespaceView>($"namespaces/{stage.Name}", cancellationToken);
            if (view.Leader is { } leader && isWanted(leader))
                return leader;
            await Task.Delay(Poll, cancellationToken);
        }
        throw new CommandException(ExitCode.Failed, $"no (other) server leads {stage.Name} after {LabStage.Patience}");
    }
}
