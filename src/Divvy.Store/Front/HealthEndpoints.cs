using System.Text.Json;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Metrics;
using Microsoft.AspNetCore.Http;

namespace Divvy.Store.Front;

/// <summary><c>/health</c> as etcd has always had it, and <c>/livez</c> and <c>/readyz</c>, which later versions have
/// instead: lists of named checks, that can be left out with <c>exclude=</c>, asked for one by one, and shown with
/// <c>verbose</c>.</summary>
internal sealed class HealthEndpoints
{
    public const string HealthPath = "/health";

    private const string SerializableCheck = "serializable_read";
    private const string LinearizableCheck = "linearizable_read";
    private const string CorruptionCheck = "data_corruption";
    private const string LearnerCheck = "non_learner";

    private readonly IMemberProbe member;
    private readonly HealthMetrics metrics;
    private readonly TimeProvider timeProvider;
    private readonly Dictionary<string, Func<CancellationToken, ValueTask<string?>>> checks;

    public HealthEndpoints(IMemberProbe member, HealthMetrics metrics, TimeProvider timeProvider)
    {
        this.member = member;
        this.metrics = metrics;
        this.timeProvider = timeProvider;
        checks = new()
        {
            [CorruptionCheck] = _ => new(CheckCorruption()),
            [SerializableCheck] = cancellation => CheckReadAsync(true, cancellation),
            [LinearizableCheck] = cancellation => CheckReadAsync(false, cancellation),
            [LearnerCheck] = _ => new(member.Read().IsLearner ? "member is a learner" : null),
        };
    }

    /// <summary>The checks of each path, in the order of their lines.</summary>
    private static Dictionary<string, string[]> Lists { get; } = new()
    {
        ["/livez"] = [SerializableCheck],
        ["/readyz"] = [CorruptionCheck, SerializableCheck, LinearizableCheck, LearnerCheck],
    };

    /// <summary>What answers a path; null: the path is not one of these.</summary>
    public Func<HttpContext, Task>? Find(string path)
    {
        if (path == HealthPath)
            return AnswerHealthAsync;
        foreach (var (root, names) in Lists)
        {
            if (path == root)
                return http => AnswerChecksAsync(http, root, names);
            if (path.StartsWith($"{root}/", StringComparison.Ordinal) && path[(root.Length + 1)..] is var name
                && names.Contains(name))
                return http => AnswerChecksAsync(http, root, [name]);
        }
        return null;
    }

    private async Task AnswerHealthAsync(HttpContext http)
    {
        var isSerializable = http.Request.Query["serializable"] == "true";
        var reason = CheckAlarms(http.Request.Query["exclude"].ToHashSet(StringComparer.Ordinal))
            ?? (!isSerializable && !member.HasLeader ? "RAFT NO LEADER" : null)
            ?? await CheckReadAsync(isSerializable, http.RequestAborted).ConfigureAwait(false);
        metrics.Checked(reason is null);
        if (reason is null)
        {
            await PlainText.AnswerAsync(http.Response, """{"health":"true"}""").ConfigureAwait(false);
            return;
        }
        var text = JsonEncodedText.Encode(reason);
        await PlainText.RefuseAsync(
            http.Response,
            StatusCodes.Status503ServiceUnavailable,
            $$"""{"health":"false","reason":"{{text}}"}""").ConfigureAwait(false);
    }

    private async Task AnswerChecksAsync(HttpContext http, string path, string[] names)
    {
        var excluded = http.Request.Query["exclude"].ToHashSet(StringComparer.Ordinal);
        var lines = new List<string>();
        var isHealthy = true;
        foreach (var name in names.Where(name => !excluded.Contains(name)))
        {
            var failure = await checks[name](http.RequestAborted).ConfigureAwait(false);
            lines.Add(failure is null ? $"[+]{name} ok" : $"[-]{name} failed: {failure}");
            isHealthy &= failure is null;
        }
        metrics.Checked(isHealthy);
        var all = string.Concat(lines.Select(line => $"{line}\n"));
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (!isHealthy)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await PlainText.AnswerAsync(http.Response, $"{all}{path[1..]} check failed\n").ConfigureAwait(false);
            return;
        }
        var isVerbose = http.Request.Query.ContainsKey("verbose");
        await PlainText.AnswerAsync(http.Response, $"{(isVerbose ? all : "")}ok\n").ConfigureAwait(false);
    }

    private string? CheckAlarms(HashSet<string?> excluded)
    {
        var alarm = member.Alarms.Select(alarm => alarm.Alarm).FirstOrDefault(kind => !excluded.Contains(Name(kind)));
        return alarm == AlarmType.None ? null : $"ALARM {Name(alarm)}";
    }

    private string? CheckCorruption() =>
        member.Alarms.Any(alarm => alarm.Alarm == AlarmType.Corrupt) ? "alarm activated: CORRUPT" : null;

    private async ValueTask<string?> CheckReadAsync(bool isSerializable, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(member.RequestTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await member.ReadAsync(isSerializable, either.Token).ConfigureAwait(false);
            return null;
        }
        catch (RpcException error)
        {
            return $"RANGE ERROR:{error.Detail}";
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return "RANGE ERROR:etcdserver: request timed out";
        }
    }

    private static string Name(AlarmType kind) => kind.ToString().ToUpperInvariant();
}
