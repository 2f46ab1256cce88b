using Divvy.Coordination.Layout;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Sessions;

/// <summary>A registration whose fields were checked.</summary>
internal sealed record RegistrationRequest
{
    public const int MaxNonceLength = 128;
    public const int MaxLabels = 64;
    public const int MaxTextLength = 1_024;
    public const double MaxCapacity = 1_000_000;

    private RegistrationRequest()
    {
    }

    public required string Space { get; init; }

    public required InstanceId Instance { get; init; }

    /// <summary>The session to carry on; none: a new one.</summary>
    public required SessionId Session { get; init; }

    /// <summary>The newest record revision the instance has seen in its session (R12).</summary>
    public required Revision Seen { get; init; }

    /// <summary>The session key's value, but for what this server adds.</summary>
    public required ServiceRecord Record { get; init; }

    /// <exception cref="RpcException">Invalid argument: names every field that is wrong, and how.</exception>
    public static RegistrationRequest From(Register register)
    {
        var errors = Check(register).ToList();
        if (errors.Count > 0)
            throw new RpcException(
                RpcStatusCode.InvalidArgument, $"the registration is refused: {string.Join("; ", errors)}");
        return new RegistrationRequest
        {
            Space = register.Namespace,
            Instance = new InstanceId(register.Instance),
            Session = new SessionId(register.Session),
            Seen = new Revision(register.SeenRevision),
            Record = new ServiceRecord
            {
                Address = register.Address,
                Zone = register.Zone,
                Capacity = register.Capacity,
                Labels = new SortedDictionary<string, string>(register.Labels, StringComparer.Ordinal),
                Nonce = register.Nonce,
            },
        };
    }

    private static IEnumerable<string> Check(Register register)
    {
        if (!StoreLayout.IsName(register.Namespace))
            yield return $"the namespace '{register.Namespace}' is not a name";
        if (!StoreLayout.IsName(register.Instance))
        {
            yield return $"the instance '{register.Instance}' is not 1 to {StoreLayout.MaxNameLength} letters, digits,"
                + " '-', '_', '.', ':'";
        }
        if (register.Address.Length > 0
            && (!Uri.TryCreate(register.Address, UriKind.Absolute, out var address)
                || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)))
            yield return $"the address '{register.Address}' is not an http or https URL";
        if (!(register.Capacity > 0 && register.Capacity <= MaxCapacity))
            yield return $"the capacity {register.Capacity} is not above 0 and at most {MaxCapacity}";
        if (register.Nonce.Length is 0 or > MaxNonceLength)
        {
            yield return $"the nonce has {register.Nonce.Length} characters; 1 to {MaxNonceLength} are needed to tell"
                + " processes apart";
        }
        if (register.Labels.Count > MaxLabels)
            yield return $"there are {register.Labels.Count} labels; at most {MaxLabels} are taken";
        if (register.Zone.Length + register.Address.Length
            + register.Labels.Sum(label => label.Key.Length + label.Value.Length) > MaxTextLength * 4)
            yield return $"address, zone and labels are longer than {MaxTextLength * 4} characters together";
        if (register.Session < 0 || register.SeenRevision < 0)
            yield return "session and seen revision must not be negative";
    }
}
