using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Divvy.Cli.Output;

namespace Divvy.Cli.Admin;

/// <summary>Calls the admin API of any of several servers: the next one when a server cannot be connected to.
/// Whatever goes wrong comes out as a <see cref="CommandException"/> with the
/// server's own sentence and the exit code that belongs to it.</summary>
internal sealed class AdminClient : IDisposable
{
    /// <summary>Every call ends within this time.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>The API's JSON: camelCase, enums as lower-case words.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly HttpClient http = new(
        new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false })
    {
        Timeout = Timeout,
    };

    private readonly IReadOnlyList<Uri> servers;
    private Uri server;

    /// <param name="servers">Any of them will do; asked in this order.</param>
    public AdminClient(params IReadOnlyList<Uri> servers)
    {
        this.servers = servers;
        server = servers[0];
    }

    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Get, path, body: null, cancellationToken);

    public Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Post, path, body, cancellationToken);

    public Task<T> PatchAsync<T>(string path, object body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Patch, path, body, cancellationToken);

    public Task<T> DeleteAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Delete, path, body: null, cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await CallAsync(method, path, body, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken)
                ?? throw new CommandException(ExitCode.Failed, $"{server} answered {method} {path} with nothing");
        }
        catch (JsonException failure)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"{server} answered {method} {path} with something else than a Divvy server would: {failure.Message}",
                failure);
        }
    }

    private async Task<HttpResponseMessage> CallAsync(
        HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var response = await SendToAnyAsync(method, path, body, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await RefusalAsync(response, path, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendToAnyAsync(
        HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var candidate in servers)
        {
            server = candidate;
            using var request = new HttpRequestMessage(method, new Uri(candidate, $"/api/v1/{path}"));
            if (body is not null)
                request.Content = JsonContent.Create(body, body.GetType(), options: Json);
            try
            {
                return await http.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException failure) when (WasNotSent(failure))
            {
                // Nothing was sent, so another server may be asked for anything, changes included.
                failures.Add($"{candidate} ({failure.InnerException?.Message ?? failure.Message})");
            }
            catch (HttpRequestException failure)
            {
                throw Unreachable($"{candidate} broke off: {failure.Message}", failure);
            }
            catch (TaskCanceledException failure) when (!cancellationToken.IsCancellationRequested)
            {
                throw Unreachable($"{candidate} did not answer within {Timeout.TotalSeconds:0} s", failure);
            }
        }
        throw Unreachable($"cannot reach {string.Join(", ", failures)}", null);
    }

    private static bool WasNotSent(HttpRequestException failure) =>
        failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;

    private async Task<CommandException> RefusalAsync(
        HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        var sentence = await ProblemAsync(response, cancellationToken)
            ?? $"{server} answered {(int)status} {response.ReasonPhrase} to {path}";
        return new CommandException(CodeOf(status), sentence);
    }

    private static ExitCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => ExitCode.Usage,
        HttpStatusCode.NotFound => ExitCode.NotFound,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCode.Conflict,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout =>
            ExitCode.Unreachable,
        _ => ExitCode.Failed,
    };

    private static CommandException Unreachable(string what, Exception? failure) => new(
        ExitCode.Unreachable,
        $"{what}. Start a server with 'divvy up', or say where it is with --server or DIVVY_SERVER.",
        failure);

    private static async Task<string?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Json, cancellationToken);
            return Text(problem, "detail") ?? Text(problem, "title");
        }
        catch (JsonException)
        {
            // Not a problem document: whoever calls says what the status was.
            return null;
        }

        static string? Text(JsonElement problem, string name) =>
            problem.ValueKind == JsonValueKind.Object
            && problem.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
    }
}
