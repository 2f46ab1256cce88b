using System.Diagnostics;
using System.Globalization;
using Divvy.TestKit.Etcd;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Divvy.Store.Tests.Differential;

/// <summary>
/// The same random requests to a fresh store and a fresh etcd, over gRPC: every answer must be the same, to the
/// revision and the letter, and so must be what watches hear. The requests come in rounds, each with servers and a seed
/// of its own; a round that finds a difference is replayed with ever fewer requests, and the shortest list that still
/// shows one is printed.
/// <para>Some 20,000 requests in a usual run, fewer where the machine is slow; as many as the environment variable
/// DIVVY_DIFFERENTIAL says, however long they take, where it is set. DIVVY_DIFFERENTIAL_SEED sets the first seed.
/// </para>
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int RequestsOfARound = 5000;
    private const int UsualRequests = 20_000;

    /// <summary>Replays, each with servers of its own.</summary>
    private const int ShrinkingAttempts = 150;

    private static readonly TimeSpan usualTime = TimeSpan.FromSeconds(30);

    [EtcdFact]
    public async Task RandomRequests_ToStoreAndEtcd_AreAnsweredAlike()
    {
        var (wanted, limit) = (Number("DIVVY_DIFFERENTIAL"), TimeSpan.MaxValue);
        if (wanted is null)
            (wanted, limit) = (UsualRequests, usualTime);
        var seed = Number("DIVVY_DIFFERENTIAL_SEED") ?? 1;
        var clock = Stopwatch.StartNew();
        var asked = 0;
        for (; asked < wanted && clock.Elapsed < limit; seed++)
        {
            var requests = Math.Min(RequestsOfARound, wanted.Value - asked);
            asked += await RunRoundAsync(seed, requests, () => clock.Elapsed < limit);
        }

        output.WriteLine($"{asked} requests in {clock.Elapsed.TotalSeconds:F0} s, all answered alike");
        asked.ShouldBeGreaterThan(500);
    }

    private async Task<int> RunRoundAsync(int seed, int requests, Func<bool> mayGoOn)
    {
        var generator = new RequestGenerator(seed);
        var history = new List<IMessage>();
        await using (var pair = await ServerPair.StartAsync())
        {
            string? difference = null;
            while (difference is null && history.Count < requests && mayGoOn())
            {
                history.Add(generator.Next(pair.Revision));
                difference = await pair.FindDifferenceAsync(history[^1]);
            }
            if (difference is null)
                return history.Count;
            output.WriteLine($"seed {seed}, request {history.Count}: {Describe(history[^1])}\n{difference}");
        }

        var shortest = await Shrinker.ShrinkAsync(
            history, async shorter => await ReplayAsync(shorter) is not null, ShrinkingAttempts);
        var last = await ReplayAsync(shortest) ?? "they agree when asked again: the difference is one of timing";
        throw new InvalidOperationException(
            $"seed {seed}: the servers part after\n{string.Join('\n', shortest.Select(Describe))}\n{last}");
    }

    private static async Task<string?> ReplayAsync(IReadOnlyList<IMessage> requests)
    {
        await using var pair = await ServerPair.StartAsync();
        foreach (var request in requests)
        {
            if (await pair.FindDifferenceAsync(request) is { } difference)
                return $"{Describe(request)}\n{difference}";
        }
        return null;
    }

    private static string Describe(IMessage request) => $"{request.Descriptor.Name} {request}";

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
