using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Divvy.Store;

/// <summary>The ids that every answer carries. Clients only compare them, to notice that they talk to another
/// cluster.</summary>
internal readonly record struct StoreIdentity(ulong ClusterId, ulong MemberId)
{
    public static StoreIdentity From(EmbeddedStoreOptions options) => new(
        options.ClusterId != 0 ? options.ClusterId : Derive("cluster", options.Name),
        options.MemberId != 0 ? options.MemberId : Derive("member", options.Name));

    private static ulong Derive(string kind, string name) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{name}"))) | 1;
}
