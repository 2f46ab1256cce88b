namespace Divvy.Simulation.Network;

/// <summary>A request as it goes over the wire.</summary>
internal sealed record SimHttpRequest(
    string Method, string Path, string Query, IReadOnlyList<(string Name, string[] Values)> Headers, byte[] Body)
{
    public long Bytes => 200 + Body.Length;

    /// <summary>Reads a request, its body included.</summary>
    public static async Task<SimHttpRequest> FromAsync(
        HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var headers = new List<(string, string[])>();
        foreach (var (name, values) in message.Headers)
            headers.Add((name, [.. values]));
        if (message.Content is null)
            return Of(message, headers, []);
        foreach (var (name, values) in message.Content.Headers)
            headers.Add((name, [.. values]));
        var body = await message.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return Of(message, headers, body);
    }

    private static SimHttpRequest Of(
        HttpRequestMessage message, IReadOnlyList<(string, string[])> headers, byte[] body)
    {
        var uri = message.RequestUri!;
        return new SimHttpRequest(message.Method.Method, uri.AbsolutePath, uri.Query, headers, body);
    }
}
