using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Divvy.TestKit.Kinesis;

/// <summary>Stands between a client and a JSON service of AWS (an emulator) and does to chosen calls what the real
/// service, its load balancers and networks do now and then. Everything else is passed on as it is. Thread-safe.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly HttpClient forward = new(new SocketsHttpHandler { UseCookies = false });
    private readonly Uri target;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> planned = new();
    private readonly ConcurrentDictionary<string, Fault> standing = new();
    private readonly ConcurrentQueue<string> calls = new();
    private readonly ConcurrentQueue<string> signingTimes = new();

    private FaultProxy(Uri target, WebApplication application)
    {
        this.target = target;
        this.application = application;
    }

    /// <summary>Where clients connect.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>The operations that were asked for, in order, also those that a fault was done to.</summary>
    public IReadOnlyList<string> Calls => [.. calls];

    /// <summary>The header <c>X-Amz-Date</c> of all calls, in order.</summary>
    public IReadOnlyList<string> SigningTimes => [.. signingTimes];

    /// <summary>Begins to serve on a free port.</summary>
    public static async Task<FaultProxy> StartAsync(Uri target)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        var proxy = new FaultProxy(target, application);
        application.Run(proxy.HandleAsync);
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        proxy.Address = new Uri(addresses!.Addresses.Single());
        return proxy;
    }

    /// <summary>Does these faults to the next calls of an operation, one each.</summary>
    public FaultProxy Plan(string operation, params Fault[] faults)
    {
        var queue = planned.GetOrAdd(operation, _ => new ConcurrentQueue<Fault>());
        foreach (var fault in faults)
            queue.Enqueue(fault);
        return this;
    }

    /// <summary>Does a fault to every call of an operation from now on; null: to none any more.</summary>
    public FaultProxy Always(string operation, Fault? fault)
    {
        if (fault is null)
            standing.TryRemove(operation, out _);
        else
            standing[operation] = fault;
        return this;
    }

    /// <summary>How often an operation was asked for.</summary>
    public int Count(string operation) => calls.Count(call => call == operation);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
        forward.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var operation = context.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1];
        calls.Enqueue(operation);
        signingTimes.Enqueue(context.Request.Headers["X-Amz-Date"].ToString());
        var fault = planned.TryGetValue(operation, out var queue) && queue.TryDequeue(out var next)
            ? next
            : standing.GetValueOrDefault(operation);
        switch (fault?.Kind)
        {
            case FaultKind.Answer:
                context.Response.StatusCode = fault.Status;
                context.Response.ContentType = "application/x-amz-json-1.1";
                var type = $"com.amazonaws.kinesis.v20131202#{fault.ErrorType}";
                await context.Response.WriteAsync($$"""{"__type":"{{type}}","message":"{{fault.Message}}"}""");
                break;
            case FaultKind.Page:
                context.Response.StatusCode = fault.Status;
                await context.Response.WriteAsync("<html>no server is available to handle this request</html>");
                break;
            case FaultKind.Content:
                context.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(fault.Message);
                await context.Response.WriteAsync(fault.Message);
                break;
            case FaultKind.Cut:
                context.Abort();
                break;
            case FaultKind.Silence:
                var gone = new TaskCompletionSource();
                await using (context.RequestAborted.Register(gone.SetResult))
                    await gone.Task;
                break;
            case FaultKind.CutAnswer:
                using (await SendAsync(context))
                    context.Abort();
                break;
            case FaultKind.Delay:
                await Task.Delay(fault.Delay, context.RequestAborted);
                await PassAsync(context);
                break;
            default:
                await PassAsync(context);
                break;
        }
    }

    private async Task PassAsync(HttpContext context)
    {
        using var answer = await SendAsync(context);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            context.Response.Headers[name] = values.ToArray();
        context.Response.Headers.Remove("Transfer-Encoding");
        context.Response.Headers.Remove("Connection");
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target)
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Host" or "Content-Length" or "Connection" or "Transfer-Encoding")
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return await forward.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
    }
}
