using System.Globalization;
using System.Net;

namespace Divvy.Cli.Parsing;

/// <summary>Where a server listens: <c>127.0.0.1:2379</c>, <c>:2379</c> or <c>2379</c> (both loopback),
/// <c>0.0.0.0:2379</c> (everywhere, said on purpose). Port 0: the system chooses.</summary>
internal readonly record struct ListenAddress(IPAddress Address, int Port)
{
    public static ListenAddress Loopback(int port) => new(IPAddress.Loopback, port);

    public static bool TryParse(string text, out ListenAddress address, out string error)
    {
        address = default;
        error = $"'{text}' is not an address to listen on: write HOST:PORT with a literal address, "
            + "such as 127.0.0.1:2379 or 0.0.0.0:2379, or a port alone for loopback.";
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon].Trim('[', ']');
        if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > ushort.MaxValue)
            return false;
        if (host is "" or "localhost")
        {
            address = Loopback(port);
            return true;
        }
        if (!IPAddress.TryParse(host, out var ip))
            return false;
        address = new ListenAddress(ip, port);
        return true;
    }

    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
