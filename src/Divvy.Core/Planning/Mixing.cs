namespace Divvy.Core.Planning;

/// <summary>Stirs the bits of a number that two hashes were combined into (the finaliser of MurmurHash3).</summary>
internal static class Mixing
{
    public static ulong Stir(ulong bits)
    {
        bits = (bits ^ (bits >> 33)) * 0xFF51AFD7ED558CCD;
        bits = (bits ^ (bits >> 33)) * 0xC4CEB9FE1A85EC53;
        return bits ^ (bits >> 33);
    }
}
