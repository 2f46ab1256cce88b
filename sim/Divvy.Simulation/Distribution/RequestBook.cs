using System.Globalization;
using System.Net.Http.Headers;
using Divvy.Client.Http;
using Divvy.Core.Identity;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>What became of the callers' requests. In a calm none may fail, whatever operators do meanwhile; and whoever
/// asks after an answer was given is never served by an older generation.</summary>
internal sealed class RequestBook(SimWorld world, Weather weather, RunReport report)
{
    /// <summary>Numbers the attempts of callers, wherever they are sent on to.</summary>
    public const string AttemptHeader = "Simulation-Attempt";

    private const int Success = 200;

    /// <summary>The longest that a handler of the simulated application works, and some.</summary>
    private static readonly TimeSpan nestedWithin = TimeSpan.FromSeconds(6);

    private readonly Dictionary<ShardId, Generation> served = [];
    private readonly Dictionary<string, string> sentOn = [];

    /// <summary>The newest record of a shard that a caller went by.</summary>
    private readonly Dictionary<(string Caller, string Shard), long> routed = [];

    private long attempts;

    public Request Begin(string caller, string method, string key, ShardId? shard) => new(
        caller, method, key, world.Now, weather.Calm,
        shard is { } known ? served.GetValueOrDefault(known) : default, shard);

    public void Answered(Request request, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status != Success)
        {
            Failed(request, $"status {status}");
            return;
        }

        report.Count("requests answered");
        var generation = new Generation(Number(response.Headers, ShardHeaders.Generation));
        var shard = new ShardId(Text(response.Headers, ShardHeaders.Shard));
        world.Trace.Add(
            TraceKind.Client, request.Caller, generation.Value, () => $"{request.Key} answered by {shard} {generation}");
        if (shard == request.Shard && generation < request.Floor)
        {
            report.Violated(
                "generations only grow",
                $"{request.Caller} asked {shard} after an answer of {request.Floor} and was answered by {generation}");
        }

        if (generation > served.GetValueOrDefault(shard))
            served[shard] = generation;
    }

    public void Failed(Request request, string reason)
    {
        report.Count("requests failed");
        world.Trace.Add(TraceKind.Client, request.Caller, 0, () => $"{request.Key} failed: {reason}");
        if (request.Calm is { } calm && calm == weather.Calm)
        {
            report.Violated(
                "no request fails",
                $"{request.Caller}: {request.Method} {request.Key} (shard {request.Shard}), begun at"
                    + FormattableString.Invariant($" {request.At.TotalSeconds:F6} s, failed: {reason}"));
        }
    }

    /// <summary>An instance sent a request away. It may, if it knows of a newer record than the router did; whoever
    /// knows no more than the router keeps the request until it does (R15, R16).</summary>
    public void SentAway(string caller, HttpRequestMessage request, HttpResponseMessage response)
    {
        report.Count("requests sent away");
        var asked = Number(request.Headers, ShardHeaders.Revision);
        var told = Number(response.Headers, ShardHeaders.Revision);
        if (weather.Calm is not null && told > 0 && told <= asked)
        {
            report.Violated(
                "routing",
                $"{caller} is sent away from {request.RequestUri!.Host} and shard"
                    + $" {Text(request.Headers, ShardHeaders.Shard)} by a record of revision {told}; it knew {asked}");
        }
    }

    /// <summary>A caller is about to send a request to an instance, with the revision of the record that its router
    /// goes by: that never goes back (R16).</summary>
    public void Attempts(string caller, HttpRequestMessage request)
    {
        var shard = Text(request.Headers, ShardHeaders.Shard);
        var revision = Number(request.Headers, ShardHeaders.Revision);
        if (revision < routed.GetValueOrDefault((caller, shard)))
        {
            report.Violated(
                "routing",
                $"{caller} goes back to revision {revision} of {shard} after {routed[(caller, shard)]}");
        }

        routed[(caller, shard)] = revision;
        request.Headers.Remove(AttemptHeader);
        request.Headers.Add(AttemptHeader, (++attempts).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>An instance sends a request on to another one: each attempt of a caller is sent on once at most (R16).
    /// An HTTP client whose connection breaks sends an attempt again by itself, to the same instance, which sends it on
    /// again.</summary>
    public void SentOn(string instance, HttpRequestMessage request)
    {
        report.Count("requests sent on");
        if (Text(request.Headers, AttemptHeader) is not { Length: > 0 } attempt)
            return;
        if (!sentOn.TryAdd(attempt, instance) && sentOn[attempt] != instance)
        {
            report.Violated(
                "routing",
                $"{instance} sends a request to shard {Text(request.Headers, ShardHeaders.Shard)} on to"
                    + $" {request.RequestUri!.Host}, which was sent on before");
        }
    }

    /// <summary>A handler sends a request to its own shard, and waits until the result is disposed of. What it waits
    /// for must not be what waits for it: such a request runs beside it or fails at once (R13).</summary>
    public IDisposable BeginNested(string instance, ShardId shard) =>
        new NestedRequest(this, instance, shard, world.Now, weather.Calm);

    private void Ended(NestedRequest nested)
    {
        var took = world.Now - nested.At;
        if (nested.Calm is { } calm && calm == weather.Calm && took > nestedWithin)
        {
            report.Violated(
                "routing",
                $"a handler of {nested.Instance} waited for its own shard {nested.Shard} for"
                    + FormattableString.Invariant($" {took.TotalSeconds:F3} s"));
        }
    }

    private static string Text(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.First() : "";

    private static long Number(HttpHeaders headers, string name) =>
        long.TryParse(Text(headers, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    /// <summary>A request under way.</summary>
    public sealed record Request(
        string Caller, string Method, string Key, TimeSpan At, int? Calm, Generation Floor, ShardId? Shard);

    private sealed class NestedRequest(
        RequestBook book, string instance, ShardId shard, TimeSpan at, int? calm) : IDisposable
    {
        public string Instance => instance;

        public ShardId Shard => shard;

        public TimeSpan At => at;

        public int? Calm => calm;

        public void Dispose() => book.Ended(this);
    }
}
