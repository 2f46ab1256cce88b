namespace Divvy.Client.Servers;

/// <summary>What is wrong with a list of server addresses, in sentences for the person who configured it.</summary>
internal static class ServerList
{
    public static IEnumerable<string> Errors(IEnumerable<Uri> servers)
    {
        var any = false;
        foreach (var server in servers)
        {
            any = true;
            if (!server.IsAbsoluteUri || server.Scheme is not ("http" or "https"))
                yield return $"Servers: '{server}' is not an http or https address such as http://127.0.0.1:2379.";
        }
        if (!any)
            yield return "Servers: name at least one Divvy server, such as http://127.0.0.1:2379.";
    }
}
